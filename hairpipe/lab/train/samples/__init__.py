"""From labelled pictures to the samples a network learns from."""
