"""What events led to: firms met, signings tied to projects, conversion, who introduced whom."""
