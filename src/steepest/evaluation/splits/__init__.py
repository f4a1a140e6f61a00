"""Which rows train and which judge: by chance, class, group or time; held out or in folds."""
