"""What the commands of ``zhenshu`` do; each module is loaded when its command runs."""
