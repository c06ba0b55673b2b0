const page = document.scrollingElement;
return { x: 0, y: 0, width: page.clientWidth, height: page.scrollHeight };
