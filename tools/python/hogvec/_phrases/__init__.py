"""What Phrases are made of."""
