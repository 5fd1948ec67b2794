/** Common to the pages that `serve` draws. */
root.classList.add('scripted');
themeByButton();
