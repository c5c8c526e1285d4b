"""The demo, and the measurements that it shares with the benchmark."""
