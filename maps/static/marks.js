/* Marks in the browser: unpacked from the columns of maps/packing.py, and drawn; texts are set with textContent. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const DEGREE = 100000;

  function node(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function symbol(kind, state) {
    const svg = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    svg.setAttribute("class", "symbol");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("width", "20");
    svg.setAttribute("height", "20");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#mk-" + kind + "-" + (state || "plain"));
    svg.appendChild(use);
    return svg;
  }

  function isLocal(url) {
    return typeof url === "string" && /^\/(?![\/\\])/.test(url);
  }

  // ---- unpacking (maps/packing.py) ----
  function uuidAt(text, index) {
    const raw = atob(text.substr(index * 22, 22) + "==");
    let hex = "";
    for (let i = 0; i < 16; i += 1) hex += raw.charCodeAt(i).toString(16).padStart(2, "0");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function cell(column, index, id) {
    if ("c" in column) return column.c;
    if ("d" in column) return column.d[column.i[index]];
    if ("p" in column) return column.p + column.t[index];
    if ("u" in column) return uuidAt(column.u, index);
    if ("h" in column) return column.h + id + column.e;
    return column.v[index];
  }

  /* A mark reads its columns when asked: fifty thousand of them cost little until one is opened. */
  class Mark {
    constructor(layer, columns, index) {
      this.layer = layer;
      this.columns = columns;
      this.index = index;
      this.lat = columns.lat[index] / DEGREE;
      this.lon = columns.lon[index] / DEGREE;
      this.kind = cell(columns.kind, index);
      this.state = cell(columns.state, index);
    }
    get id() { return cell(this.columns.id, this.index); }
    get url() { return cell(this.columns.url, this.index, this.id); }
    get title() { return cell(this.columns.title, this.index); }
    get subtitle() { return cell(this.columns.subtitle, this.index); }
    get badge() { return cell(this.columns.badge, this.index); }
    get word() { return cell(this.columns.word, this.index); }
    get label() { return cell(this.columns.label, this.index); }
  }

  class FetchedMark {
    constructor(layer, feature) {
      const about = feature.properties || {};
      this.layer = layer;
      this.id = String(feature.id);
      this.lon = feature.geometry.coordinates[0];
      this.lat = feature.geometry.coordinates[1];
      this.kind = about.kind || "other";
      this.state = about.state || null;
      this.title = about.title || "";
      this.subtitle = about.subtitle || "";
      this.badge = about.badge || "";
      this.word = about.state_word || "";
      this.label = about.label || null;
      this.url = about.url || null;
    }
  }

  // ---- what a mark looks like ----
  const SignIcon = L.Icon.extend({
    options: { iconSize: [24, 24], iconAnchor: [12, 12], popupAnchor: [0, -8], className: "sign", members: [], view: null },
    createIcon() {
      const members = this.options.members;
      const first = members[0];
      const box = node("div");
      this._setIconStyles(box, "icon");
      const kinds = new Set(members.map((mark) => mark.kind));
      const isMixed = kinds.size > 1 && first.kind !== "incident";
      if (first.kind === "incident") box.classList.add("is-incident");
      if (isMixed) {
        box.appendChild(node("span", "stack", String(members.length)));
      } else {
        box.appendChild(symbol(first.kind, first.state));
        if (members.length > 1) box.appendChild(node("span", "several", String(members.length)));
      }
      const label = this.options.view.labelOf(members);
      if (label) box.appendChild(node("span", "mk-label", label));
      box.setAttribute("aria-label", this.options.view.spoken(members));
      return box;
    },
    createShadow() { return null; },
  });

  /* Draws a cluster as its number, in the colour of its kind; of mixed kinds in ink. */
  function clusterIcon(kind) {
    return (cluster) => {
      const count = cluster.getChildCount();
      const size = count < 100 ? "small" : count < 1000 ? "medium" : "large";
      const side = { small: 28, medium: 34, large: 42 }[size];
      const box = node("span", "figure", String(count));
      return L.divIcon({ html: box, className: "cluster mk " + kind + " " + size, iconSize: [side, side] });
    };
  }

  window.ResponderMarks = {
    Mark: Mark, FetchedMark: FetchedMark, SignIcon: SignIcon, clusterIcon: clusterIcon, isLocal: isLocal, node: node, symbol: symbol,
  };
})();
