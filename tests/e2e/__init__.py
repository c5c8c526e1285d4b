"""The whole system: the deployed template on one machine, from POST /webhook to search, through the real parts."""
