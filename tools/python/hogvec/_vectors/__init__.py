"""What hogvec.models.keyedvectors is made of, a subject a module, each class on the one before."""
