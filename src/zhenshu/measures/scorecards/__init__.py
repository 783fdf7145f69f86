"""Assessment of units: scores from records with their arithmetic, published, objected to, closed."""
