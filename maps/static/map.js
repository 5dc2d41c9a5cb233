/* The map's behaviour in the browser: layers, popups, legend counts, ground, controls and keyboard.
   Marks and words come from `maps.packing` and `maps.folium_map`; every text is set with textContent. */
(function () {
  "use strict";

  const { contains, innerBorders, landmarks } = window.ResponderGround;
  const { Mark, FetchedMark, SignIcon, clusterIcon, isLocal, node, symbol } = window.ResponderMarks;
  const PREFECTURE_ZOOM = 6;
  const NAME_ZOOM = 4.75;
  const SAME_SPOT = 6; // pixels: nearer marks would hide each other
  const LISTED = 60; // members that a popup lists before it only counts
  const MINOR = new Set(["110000", "120000", "310000", "500000", "810000", "820000"]); // too small for a name far off
  const CORNERS = ["right", "left", "top", "top-small"];
  const URGENCY = ["incident", "team", "assembly", "hazard", "mining", "chemical"];

  const meet = (one, other) => (
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
  );

  class View {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.words = config.words;
      this.layers = new Map();
      this.drawn = new Map();
      this.prefectures = new Map();
      this.single = L.featureGroup().addTo(map);
      this.explain(this.single);
      this.addControls();
      this.addKeyboard();
    }

    // ---- words ----
    kindWord(kind) { return this.words.kinds[kind] || kind; }

    stateWord(mark) { return mark.word || (mark.state ? this.words.states[mark.state] : ""); }

    fill(pattern, values) {
      return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
    }

    labelOf(members) {
      const incidents = members.filter((mark) => mark.kind === "incident");
      const counted = incidents.length ? incidents : members;
      const named = counted.find((mark) => mark.label);
      if (!named) return "";
      if (counted.length === 1) return named.label;
      const pattern = incidents.length ? this.words.incidents_here : this.words.marks_here;
      return this.fill(pattern, { label: named.label, count: counted.length, more: counted.length - 1 });
    }

    spoken(members) {
      const mark = members[0];
      if (members.length > 1) {
        return this.fill(this.words.at_one_spot, { count: members.length }) + this.words.joint + mark.title;
      }
      return [mark.badge, mark.title, this.kindWord(mark.kind), this.stateWord(mark)].filter(Boolean).join(this.words.joint);
    }

    // ---- popups ----
    explain(group) {
      group.bindPopup((source) => this.popup(source.members || []), { maxWidth: 320, minWidth: 200, maxHeight: 320, className: "sheet" });
    }

    popup(members) {
      const sheet = node("div", "popup");
      sheet.tabIndex = -1;
      if (members.length > 1) {
        sheet.appendChild(node("p", "popup-count", this.fill(this.words.at_one_spot, { count: members.length })));
      }
      const list = node("ul", "popup-list");
      members.slice(0, LISTED).forEach((mark) => list.appendChild(this.card(mark)));
      sheet.appendChild(list);
      if (members.length > LISTED) {
        sheet.appendChild(node("p", "popup-more", this.fill(this.words.more, { count: members.length - LISTED })));
      }
      return sheet;
    }

    card(mark) {
      const item = node("li");
      const head = node("p", "popup-title");
      head.appendChild(symbol(mark.kind, mark.state));
      if (mark.badge) head.appendChild(node("span", "badge", mark.badge));
      head.appendChild(node("b", "", mark.title));
      item.appendChild(head);
      const about = [this.kindWord(mark.kind), this.stateWord(mark)].filter(Boolean).join(" · ");
      item.appendChild(node("p", "popup-kind", about));
      if (mark.subtitle) item.appendChild(node("p", "", mark.subtitle));
      item.appendChild(node("p", "popup-place", mark.lon.toFixed(4) + "°E " + mark.lat.toFixed(4) + "°N"));
      if (this.config.links && isLocal(mark.url)) {
        const link = node("a", "popup-link", this.words.open);
        link.href = mark.url;
        link.target = "_top";
        item.appendChild(link);
      }
      return item;
    }

    onPopup(event) {
      const box = event.popup.getElement();
      const sheet = box.querySelector(".popup");
      const close = box.querySelector(".leaflet-popup-close-button");
      const title = box.querySelector(".popup-title b");
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", title ? title.textContent : "");
      if (close) close.setAttribute("aria-label", this.words.close);
      this.opener = event.popup._source;
      if (sheet) sheet.focus({ preventScroll: true });
    }

    // ---- layers ----
    addLayer(number, cluster) {
      const packed = read("map-layer-" + number);
      const layer = Object.assign({}, packed, { group: cluster, items: null, shown: false });
      if (cluster) this.explain(cluster);
      this.layers.set(packed.id, layer);
      if (packed.shown) this.show(layer);
    }

    items(layer) {
      if (layer.items === null) {
        layer.items = [];
        for (let i = 0; i < layer.marks.n; i += 1) layer.items.push(new Mark(layer, layer.marks, i));
      }
      return layer.items;
    }

    show(layer) {
      layer.shown = true;
      if (layer.source && !layer.items) {
        this.fetchLayer(layer);
        return;
      }
      if (layer.group) {
        if (!layer.filled) {
          layer.group.addLayers(this.items(layer).map((mark) => this.marker([mark])));
          layer.filled = true;
        }
        layer.group.addTo(this.map);
      }
    }

    fetchLayer(layer) {
      this.say(this.words.loading);
      fetch(layer.source, { credentials: "same-origin", headers: { Accept: "application/geo+json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((data) => {
          layer.items = data.features.map((feature) => new FetchedMark(layer, feature));
          layer.tally = {};
          layer.items.forEach((mark) => {
            const sign = mark.kind + "|" + (mark.state || "");
            layer.tally[sign] = (layer.tally[sign] || 0) + 1;
          });
          layer.count = layer.items.length;
          this.say("");
          if (layer.shown) this.show(layer);
          this.refresh();
        })
        .catch(() => {
          layer.shown = false;
          this.say(this.fill(this.words.failed, { title: layer.title }));
          this.refresh();
        });
    }

    toggle(id) {
      const layer = this.layers.get(id);
      if (layer.shown) {
        layer.shown = false;
        if (layer.group) layer.group.remove();
      } else {
        this.show(layer);
      }
      this.refresh();
    }

    refresh() {
      this.regroup();
      this.count();
    }

    marker(members) {
      const icon = new SignIcon({ members: members, view: this });
      const first = members[0];
      const made = L.marker([first.lat, first.lon], {
        icon: icon, title: members.length === 1 ? first.title : "", keyboard: true, riseOnHover: true,
        zIndexOffset: first.kind === "incident" ? 10000 : first.kind === "team" ? 5000 : 0,
      });
      made.members = members;
      return made;
    }

    /* Marks at one spot of the screen become one with its number: wider within a layer than across layers. */
    groups() {
      const spots = [];
      this.layers.forEach((layer) => {
        if (!layer.shown || layer.group || (layer.source && !layer.items)) return;
        this.items(layer).forEach((mark) => {
          const at = this.map.project([mark.lat, mark.lon]);
          const found = spots.find((spot) => {
            const reach = spot.layer === layer ? Math.max(layer.gather, SAME_SPOT) : SAME_SPOT;
            return spot.at.distanceTo(at) < reach;
          });
          if (found) found.members.push(mark);
          else spots.push({ at: at, layer: layer, members: [mark] });
        });
      });
      const rank = (mark) => (URGENCY.indexOf(mark.kind) + URGENCY.length + 1) % (URGENCY.length + 1);
      spots.forEach((spot) => spot.members.sort((a, b) => rank(a) - rank(b)));
      return spots.map((spot) => spot.members);
    }

    regroup() {
      const wanted = new Map();
      this.groups().forEach((members) => wanted.set(members.map((mark) => mark.layer.id + "/" + mark.id).join(" "), members));
      this.drawn.forEach((made, key) => {
        if (!wanted.has(key)) {
          this.single.removeLayer(made);
          this.drawn.delete(key);
        }
      });
      wanted.forEach((members, key) => {
        if (this.drawn.has(key)) return;
        const made = this.marker(members);
        this.drawn.set(key, made);
        this.single.addLayer(made);
      });
      this.turnLabels();
      this.placeInset();
    }

    // ---- legend and totals ----
    count() {
      const kinds = {};
      const states = {};
      let total = 0;
      this.layers.forEach((layer) => {
        const chip = document.querySelector('.chip[data-layer="' + CSS.escape(layer.id) + '"]');
        if (chip) {
          chip.setAttribute("aria-pressed", String(layer.shown));
          chip.querySelector("b").textContent = layer.count === null ? this.words.unknown : String(layer.count);
        }
        if (!layer.shown || (layer.source && !layer.items)) return;
        Object.keys(layer.tally).forEach((sign) => {
          const [kind, state] = sign.split("|");
          kinds[kind] = (kinds[kind] || 0) + layer.tally[sign];
          if (state) states[state] = (states[state] || 0) + layer.tally[sign];
          total += layer.tally[sign];
        });
      });
      this.showCounts("kind", kinds);
      this.showCounts("state", states);
      const sum = document.querySelector(".legend-total");
      if (sum) sum.textContent = String(total);
      document.body.dataset.total = String(total);
      this.tellParent(total);
    }

    showCounts(name, counts) {
      let any = false;
      document.querySelectorAll(".legend li[data-" + name + "]").forEach((row) => {
        const count = counts[row.dataset[name]] || 0;
        row.hidden = count === 0;
        any = any || count > 0;
        row.querySelector("b").textContent = String(count);
      });
      const head = document.querySelector(".legend-head[data-of=" + name + "]");
      if (head) head.hidden = !any;
    }

    tellParent(total) {
      if (window.parent === window || window.location.protocol === "file:") return;
      const shown = [...this.layers.values()].filter((layer) => layer.shown).map((layer) => layer.id);
      window.parent.postMessage({ type: "responder-map", layers: shown, total: total }, window.location.origin);
    }

    say(text) {
      const status = document.querySelector(".map-status");
      if (status) {
        status.textContent = text;
        status.hidden = !text;
      }
    }

    // ---- ground ----
    /* A label that would leave the picture on the right is written on the left of its mark. */
    /* A label stands to the right of its sign, else to its left; where neither is free, it waits for the pointer. */
    turnLabels() {
      const stage = this.map.getContainer().getBoundingClientRect();
      const width = stage.width;
      const taken = [];
      const labelled = [...this.drawn.values()].filter((made) => {
        const icon = made.getElement();
        if (icon) icon.classList.remove("hushed");
        const label = icon && icon.querySelector(".mk-label");
        return label && getComputedStyle(label).visibility === "visible";
      });
      const rank = (made) => (URGENCY.indexOf(made.members[0].kind) + URGENCY.length + 1) % (URGENCY.length + 1);
      labelled.sort((one, other) => rank(one) - rank(other)).forEach((made) => {
        const icon = made.getElement();
        const x = this.map.latLngToContainerPoint(made.getLatLng()).x;
        const room = icon.querySelector(".mk-label").offsetWidth + 20;
        const sides = x + room > width && x > room ? [true, false] : [false, true];
        const isFree = sides.some((turned) => {
          icon.classList.toggle("turned", turned);
          const box = icon.querySelector(".mk-label").getBoundingClientRect();
          return box.left >= stage.left && box.right <= stage.right && !taken.some((other) => meet(box, other));
        });
        if (!isFree) icon.classList.toggle("turned", sides[0]);
        icon.classList.toggle("hushed", !isFree);
        if (isFree) taken.push(icon.querySelector(".mk-label").getBoundingClientRect());
      });
    }

    addGround(data) {
      const svg = L.svg({ pane: "ground", padding: 0.6 });
      this.provinces = data.features;
      const style = (feature) => {
        const kind = feature.properties.kind;
        if (kind === "province") {
          const isHome = this.config.home && feature.properties.code.slice(0, 2) === this.config.home.slice(0, 2);
          return { className: isHome ? "land home" : "land" };
        }
        return { className: "land line " + kind, fill: false };
      };
      L.geoJSON(data, { style: style, interactive: false, pane: "ground", renderer: svg, smoothFactor: 0.8 }).addTo(this.map);
      this.names(data.features, "province-name");
      this.landmarks = landmarks(data.features);
      this.onZoom();
      this.placeInset();
      document.body.dataset.ground = "ready";
    }

    /* Only the borders between prefectures: the outer ones are simplified apart from those of the provinces. */
    addPrefectures(code, data) {
      const svg = L.svg({ pane: "districts", padding: 0.6 });
      const group = L.polyline(innerBorders(data.features), {
        className: "district", fill: false, interactive: false, pane: "districts", renderer: svg, smoothFactor: 0.8,
      }).addTo(this.map);
      if (data.features.length > 1) this.names(data.features, "district-name");
      this.prefectures.set(code, group);
    }

    names(features, className) {
      features.forEach((feature) => {
        const about = feature.properties;
        if (!about.label) return;
        const text = this.config.locale === "en" ? about.name_en || about.name : about.short || about.name;
        const icon = L.divIcon({ html: node("span", "", text), className: "name " + className + (MINOR.has(about.code) ? " minor" : ""), iconSize: [0, 0] });
        L.marker([about.label[1], about.label[0]], { icon: icon, interactive: false, keyboard: false, pane: "names" }).addTo(this.map);
      });
    }

    onZoom() {
      const zoom = this.map.getZoom();
      const box = this.map.getContainer().classList;
      box.toggle("shows-provinces", zoom >= NAME_ZOOM && zoom < 9);
      box.toggle("shows-districts", zoom >= PREFECTURE_ZOOM);
      this.bringPrefectures();
    }

    /* The province in the middle of the picture gets its prefectures once there is room for them. */
    bringPrefectures() {
      if (!this.provinces || this.map.getZoom() < PREFECTURE_ZOOM) return;
      const middle = this.map.getCenter();
      const here = this.provinces.find((feature) => feature.properties.kind === "province" && contains(feature.geometry, middle.lng, middle.lat));
      const code = here && here.properties.code.slice(0, 2);
      const url = code && this.config.prefectures[code];
      if (!url || this.prefectures.has(code)) return;
      this.prefectures.set(code, null);
      this.load(url).then((data) => this.addPrefectures(code, data)).catch(() => this.prefectures.delete(code));
    }

    load(url) {
      return fetch(url, { credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));
    }

    addLines() {
      this.config.rings.forEach((ring) => {
        L.polygon(ring.points, { className: "ring", fill: false, interactive: false, pane: "drawn" }).addTo(this.map);
        if (ring.label) this.text(ring.at, ring.label, "ring-name");
      });
      this.config.lines.forEach((line) => {
        L.polyline(line.points, { className: line.route ? "route" : "link", interactive: false, pane: "drawn" }).addTo(this.map);
        if (line.label) this.text(line.points[Math.floor(line.points.length / 2)], line.label, "line-name");
      });
    }

    text(at, words, className) {
      const icon = L.divIcon({ html: node("span", "", words), className: "name " + className, iconSize: [0, 0] });
      L.marker(at, { icon: icon, interactive: false, keyboard: false, pane: "drawn-names" }).addTo(this.map);
    }

    /* The inset stands where it covers no land; zoomed in, where land is everywhere, where it hides the fewest signs. */
    placeInset() {
      const inset = document.querySelector(".inset");
      if (!inset || !this.landmarks) return;
      const stage = this.map.getContainer().getBoundingClientRect();
      const points = this.landmarks.map((at) => this.map.latLngToContainerPoint(at));
      const covers = (corner) => {
        inset.dataset.corner = corner;
        const box = inset.getBoundingClientRect();
        const area = L.bounds([box.left - stage.left, box.top - stage.top], [box.right - stage.left, box.bottom - stage.top]);
        return points.some((point) => area.contains(point));
      };
      const inTheWay = [...document.querySelectorAll(".leaflet-marker-pane .sign, .leaflet-marker-pane .sign:not(.hushed) .mk-label, .legend")]
        .map((element) => element.getBoundingClientRect());
      const hides = (corner) => {
        inset.dataset.corner = corner;
        const box = inset.getBoundingClientRect();
        return inTheWay.filter((other) => meet(box, other)).length;
      };
      const free = CORNERS.filter((corner) => !covers(corner));
      const scored = (free.length ? free : CORNERS).map((corner) => ({ corner: corner, hidden: hides(corner) }));
      inset.dataset.corner = scored.reduce((best, one) => (one.hidden < best.hidden ? one : best)).corner;
    }

    // ---- where the picture opens ----
    fit(points) {
      const map = this.map;
      this.fitted = points;
      const flat = L.bounds(points.map((point) => map.project(point, 0)));
      const room = map.getSize().subtract([32, 56]); // the credit takes the lowest line
      const extent = flat.getSize();
      const scale = Math.min(room.x / Math.max(extent.x, 1e-6), room.y / Math.max(extent.y, 1e-6));
      const snap = map.options.zoomSnap || 1;
      const zoom = Math.floor(map.getScaleZoom(scale, 0) / snap) * snap;
      const limited = Math.max(map.getMinZoom(), Math.min(zoom, 12));
      map.setView(map.unproject(flat.getCenter(), 0), limited, { animate: false });
      const aside = this.besideLegend(extent.x * map.getZoomScale(limited, 0));
      map.panBy([-aside, 12], { animate: false });
    }

    /* Fonts, a turned telephone or the page around the frame change the size: fit again until the reader has moved. */
    followSize() {
      const box = this.map.getContainer();
      ["pointerdown", "wheel", "keydown"].forEach((name) => {
        box.addEventListener(name, () => { this.fitted = null; }, { passive: true, capture: true });
      });
      new ResizeObserver(() => {
        this.map.invalidateSize({ pan: false, animate: false });
        if (this.fitted) this.fit(this.fitted);
      }).observe(box);
    }

    /* How far to the right the picture moves, where there is room, so that the legend hides less of it. */
    besideLegend(width) {
      const legend = document.querySelector("details.legend");
      if (!legend || !legend.open) return 0;
      const slack = (this.map.getSize().x - width) / 2 - 16;
      return Math.round(Math.max(0, Math.min(slack, legend.offsetWidth / 2)));
    }

    // ---- controls and keyboard ----
    addControls() {
      const words = this.words;
      const map = this.map;
      L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out, zoomInText: "+", zoomOutText: "−", position: "topright" }).addTo(map);
      const credit = L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
      credit.addAttribution(this.config.attribution);
      L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
      const views = L.control({ position: "topright" });
      views.onAdd = () => {
        const bar = node("div", "leaflet-bar views");
        this.config.views.forEach((entry) => {
          const button = node("button", "", entry.title);
          button.type = "button";
          button.addEventListener("click", () => this.fit(entry.points));
          bar.appendChild(button);
        });
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      };
      views.addTo(map);
    }

    addKeyboard() {
      const box = this.map.getContainer();
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", this.config.title);
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.map.closePopup();
      });
      this.map.on("popupopen", this.onPopup, this);
      this.map.on("popupclose", () => {
        const icon = this.opener && this.opener.getElement && this.opener.getElement();
        if (icon && box.contains(document.activeElement)) icon.focus({ preventScroll: true });
        this.opener = null;
      });
    }

    // ---- the address says which mark to open: #mark=<id> ----
    openFromAddress() {
      const found = /^#mark=(.+)$/.exec(window.location.hash);
      if (!found) return;
      const id = decodeURIComponent(found[1]);
      this.layers.forEach((layer) => {
        if (!layer.shown || (layer.source && !layer.items)) return;
        const mark = this.items(layer).find((one) => one.id === id);
        if (!mark) return;
        const zoom = Math.max(this.map.getZoom(), PREFECTURE_ZOOM);
        this.fitted = null;
        this.map.setView([mark.lat, mark.lon], zoom, { animate: false });
        if (layer.group) {
          const made = layer.group.getLayers().find((one) => one.members[0] === mark);
          layer.group.zoomToShowLayer(made, () => made.fire("click", { latlng: made.getLatLng() }, true));
          return;
        }
        this.regroup();
        const made = [...this.drawn.values()].find((one) => one.members.includes(mark));
        if (made) made.fire("click", { latlng: made.getLatLng() }, true);
      });
    }

    ready() {
      const legend = document.querySelector("details.legend");
      if (legend && (window.innerWidth < 700 || window.innerHeight < 560)) legend.open = false;
      this.addLines();
      this.count();
      this.fit(this.config.opens_at);
      this.regroup();
      this.map.on("zoomend", () => {
        this.onZoom();
        this.regroup();
      });
      this.map.on("moveend", () => {
        this.bringPrefectures();
        this.turnLabels();
        this.placeInset();
      });
      this.followSize();
      document.querySelectorAll(".chip[data-layer]").forEach((chip) => {
        chip.addEventListener("click", () => this.toggle(chip.dataset.layer));
      });
      window.addEventListener("hashchange", () => this.openFromAddress());
      document.body.dataset.ready = "yes";
      this.openFromAddress();
    }
  }

  /* In a frame the page takes the theme of the page around it, and follows its switch. */
  function followTheme() {
    const own = document.documentElement;
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    let around = null;
    try {
      around = window.parent !== window ? window.parent.document.documentElement : null;
    } catch (error) {
      around = null; // another site's page holds the frame
    }
    const isAutomatic = own.dataset.bsTheme === "auto";
    const take = () => {
      const given = around && around.dataset.bsTheme;
      if (given === "dark" || given === "light") own.dataset.bsTheme = given;
      else if (isAutomatic) own.dataset.bsTheme = dark.matches ? "dark" : "light";
    };
    take();
    if (isAutomatic) dark.addEventListener("change", take);
    if (around) new MutationObserver(take).observe(around, { attributes: true, attributeFilter: ["data-bs-theme"] });
  }

  /* JSON that stands in the page; its element is emptied, as the text is needed once. */
  function read(id) {
    const element = document.getElementById(id);
    if (!element) return null;
    const value = JSON.parse(element.textContent);
    element.textContent = "";
    return value;
  }

  function start(map) {
    followTheme();
    const config = read("map-config");
    ["ground", "districts", "drawn", "names", "drawn-names"].forEach((name, index) => {
      map.createPane(name).classList.add("pane-" + name);
      map.getPane(name).style.zIndex = String(300 + index * 20);
      map.getPane(name).style.pointerEvents = "none";
    });
    map.createPane("clusters").style.zIndex = "590"; // under the single marks
    const view = new View(map, config);
    const data = read("outlines");
    if (data) {
      view.addGround(data.provinces);
      Object.keys(data.prefectures).forEach((code) => view.addPrefectures(code, data.prefectures[code]));
    } else {
      view.load(config.provinces)
        .then((data) => view.addGround(data))
        .catch(() => view.say(config.words.no_ground));
    }
    return view;
  }

  window.ResponderMap = { start: start, clusterIcon: clusterIcon };
})();
