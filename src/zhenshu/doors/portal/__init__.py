"""The door of the public: report, follow, judge, read answers, be guided to a service. No account."""
