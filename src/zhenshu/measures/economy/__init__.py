"""The economy room: monthly panels of enterprises, warnings, estimates, the brief, and classes by land."""
