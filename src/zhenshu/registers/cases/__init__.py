"""The closed loop: every matter is taken in, handled under its clocks, verified, called back, closed."""
