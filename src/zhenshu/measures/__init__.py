"""What is counted: indicators, tallies, targets."""
