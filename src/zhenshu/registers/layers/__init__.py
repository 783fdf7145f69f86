"""Layers of lines on the map (三区三线, 战略留白), and what lies across them."""
