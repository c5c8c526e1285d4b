"""What documents were made of: finding, keeping and handing it out."""
