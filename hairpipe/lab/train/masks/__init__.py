"""The learned method's models, learnt from pictures with masks; the network itself lies in `network/`."""
