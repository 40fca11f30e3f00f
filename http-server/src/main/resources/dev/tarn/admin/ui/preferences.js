// A browser may refuse storage; a choice then lasts as long as the page.
const remembered = new Map();

function read(storage, key) {
  if (remembered.has(key)) return remembered.get(key);
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

function write(storage, key, value) {
  remembered.set(key, value);
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
  } catch {
    // It is remembered above.
  }
}

export const chosenLanguage = () => read("localStorage", "tarn.language");
export const chooseLanguage = (language) => write("localStorage", "tarn.language", language);
export const chosenTheme = () => read("localStorage", "tarn.theme") ?? "system";
export const accessToken = () => read("sessionStorage", "tarn.token");
export const keepAccessToken = (token) => write("sessionStorage", "tarn.token", token);

export function chooseTheme(theme) {
  write("localStorage", "tarn.theme", theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
