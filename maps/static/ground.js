/* The ground of the map in the browser: the projection and the arithmetic of outlines, as maps/projection.py has it. */
(function () {
  "use strict";

  // Albers equal-area, parallels 25 and 47, meridian 105, as maps/projection.py.
  const RADIUS = 6378137;
  const RAD = Math.PI / 180;
  const N = (Math.sin(25 * RAD) + Math.sin(47 * RAD)) / 2;
  const C = Math.pow(Math.cos(25 * RAD), 2) + 2 * N * Math.sin(25 * RAD);
  const RHO0 = Math.sqrt(C) / N;
  const albers = {
    project(at) {
      const rho = Math.sqrt(Math.max(0, C - 2 * N * Math.sin(at.lat * RAD))) / N;
      const theta = N * (at.lng - 105) * RAD;
      return L.point(RADIUS * rho * Math.sin(theta), RADIUS * (RHO0 - rho * Math.cos(theta)));
    },
    unproject(point) {
      const x = point.x / RADIUS;
      const y = RHO0 - point.y / RADIUS;
      const rho2 = x * x + y * y;
      const sine = (C - rho2 * N * N) / (2 * N);
      return L.latLng(Math.asin(Math.max(-1, Math.min(1, sine))) / RAD, 105 + Math.atan2(x, y) / N / RAD);
    },
    bounds: L.bounds([-12000000, -8000000], [12000000, 12000000]),
  };
  const turn = 2 * Math.PI * RADIUS; // the zoom levels mean the same scale as on web maps
  L.CRS.ChinaAlbers = L.extend({}, L.CRS.Earth, {
    code: "china-albers",
    projection: albers,
    transformation: L.transformation(1 / turn, 0.5, -1 / turn, 0.5),
  });

  function contains(geometry, lon, lat) {
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return parts.some((rings) => {
      let isInside = false;
      rings.forEach((ring) => {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
          const [x1, y1] = ring[j];
          const [x2, y2] = ring[i];
          if ((y1 > lat) !== (y2 > lat) && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) isInside = !isInside;
        }
      });
      return isInside;
    });
  }

  function eachRing(features, act) {
    features.forEach((feature) => {
      const shape = feature.geometry;
      const parts = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
      parts.forEach((rings) => rings.forEach(act));
    });
  }

  /* An edge that two areas share occurs twice: give it once, joined to runs of [lat, lon]. */
  function innerBorders(features) {
    const name = (a, b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? a + ";" + b : b + ";" + a);
    const seen = new Map();
    const runs = [];
    eachRing(features, (ring) => {
      for (let i = 1; i < ring.length; i += 1) {
        const edge = name(ring[i - 1], ring[i]);
        seen.set(edge, (seen.get(edge) || 0) + 1);
      }
    });
    eachRing(features, (ring) => {
      let run = null;
      for (let i = 1; i < ring.length; i += 1) {
        const edge = name(ring[i - 1], ring[i]);
        if (seen.get(edge) === 2) {
          if (!run) runs.push((run = [[ring[i - 1][1], ring[i - 1][0]]]));
          run.push([ring[i][1], ring[i][0]]);
          seen.set(edge, 0);
        } else {
          run = null;
        }
      }
    });
    return runs;
  }

  /* Some hundred points of the provinces' edges, those of the islands closer together. */
  function landmarks(features) {
    const points = [];
    features.filter((feature) => feature.properties.kind === "province").forEach((feature) => {
      const step = ["46", "71"].includes(feature.properties.code.slice(0, 2)) ? 3 : 15;
      eachRing([feature], (ring) => {
        for (let i = 0; i < ring.length; i += step) if (ring[i][1] > 18) points.push([ring[i][1], ring[i][0]]);
      });
    });
    return points;
  }

  window.ResponderGround = { contains: contains, innerBorders: innerBorders, landmarks: landmarks };
})();
