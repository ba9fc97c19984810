"""Moving Shapes, as TFGAN published it (Balaji et al., IJCAI 2019): one shape on a moving ground, and a sentence."""
