"""The other ways to the same answers, each as strong as its own documentation lets one write it."""
