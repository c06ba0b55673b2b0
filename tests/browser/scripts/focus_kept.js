return window.focusKept;
