"""What templates may say about figures, states and icons."""
