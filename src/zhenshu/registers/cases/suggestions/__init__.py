"""What a text most likely is: a small linear model that learns from the town's own cases."""
