"""Identification: from a meter, prices and public process knowledge to a plant."""
