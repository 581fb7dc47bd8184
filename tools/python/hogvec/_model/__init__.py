"""What a Word2Vec is made of."""
