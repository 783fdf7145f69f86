"""What is kept: dossiers, cases, plans."""
