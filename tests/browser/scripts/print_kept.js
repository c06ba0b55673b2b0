return window.foldedInPrint;
