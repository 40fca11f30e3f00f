// Not a module, so that it runs before anything is painted: no flash of the other theme.
try {
  const theme = localStorage.getItem("tarn.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused in some private windows; the system's theme does then.
}
