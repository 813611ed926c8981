// The colours of the style sheet, for the canvas; read again when the reader changes from light to dark.

const palette = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["bg", "card", "faint", "line", "ink", "muted", "pos", "neg", "on", "accent", "latent", "error", "bias"])
    palette[name] = style.getPropertyValue("--" + name).trim();
  palette.groups = [0, 1, 2, 3, 4, 5, 6, 7].map(k => style.getPropertyValue("--group-" + k).trim());
}

const groupColour = g => palette.groups[g % palette.groups.length];

const kindColour = kind => kind === "error" ? palette.error : isConstant({ kind }) ? palette.bias : palette.latent;
