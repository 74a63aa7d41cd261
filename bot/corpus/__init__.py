"""Sources → documents → passages, every passage with exact offsets into its document."""
