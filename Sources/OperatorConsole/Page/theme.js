// Dark or light: as chosen before, else as the system is set. No module, so that it runs before
// anything is painted.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: light)");
  const key = "peakgate.theme";

  // A browser may keep nothing for this page, and says so by throwing.
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem(key, theme); } catch { /* not kept */ } };

  const show = () => {
    const chosen = kept() ?? root.dataset.chosen;
    const isLight = chosen ? chosen === "light" : system.matches;
    root.dataset.theme = isLight ? "light" : "dark";
    document.getElementById("theme")?.setAttribute("aria-pressed", String(isLight));
    window.dispatchEvent(new Event("peakgate:theme"));
  };

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      root.dataset.chosen = root.dataset.theme === "light" ? "dark" : "light";
      keep(root.dataset.chosen);
      show();
    });
  });
}
