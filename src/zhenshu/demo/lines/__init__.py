"""The lines of business lived in: believable records of every kind that the packs declare, in every line."""
