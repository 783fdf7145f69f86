"""What was promised, who owns it, by when: goals, tasks, projects and milestones in one tree."""
