"""The one-machine stack: the same template on an emulator of AWS, with the embedding service and LanceDB beside it."""
