"""The classes at the places where gensim has them."""
