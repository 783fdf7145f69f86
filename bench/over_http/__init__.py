"""What the benches over HTTP share: a scratch installation, a million matters, clients."""
