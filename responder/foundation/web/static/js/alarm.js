// The sound of an unsigned report: two tones a second until it is acknowledged; 60 seconds of silence on request.

const MUTE_KEY = "responder-muted-until";
const MUTE_MS = 60_000;
let sound = null;

function mutedUntil() {
  return Number(sessionStorage.getItem(MUTE_KEY) ?? 0);
}

function unlock() {
  sound ??= new AudioContext();
  if (sound.state === "suspended") sound.resume();
}

function tone(frequency, start) {
  const oscillator = sound.createOscillator();
  const volume = sound.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.35, start + 0.02);
  volume.gain.linearRampToValueAtTime(0, start + 0.3);
  oscillator.connect(volume).connect(sound.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.32);
}

function ring() {
  const alarms = document.querySelectorAll("[data-alarm]");
  if (alarms.length === 0) {
    sessionStorage.removeItem(MUTE_KEY);
    return;
  }
  const muted = Date.now() < mutedUntil();
  const silent = !sound || sound.state !== "running";
  for (const alarm of alarms) {
    const button = alarm.querySelector("[data-mute]");
    if (button) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(muted));
    }
    const hint = alarm.querySelector("[data-sound-off]");
    if (hint) hint.hidden = !silent || muted;
  }
  if (muted || silent) return;
  tone(880, sound.currentTime);
  tone(660, sound.currentTime + 0.4);
}

function tryWithoutGesture() {
  try {
    unlock();
  } catch {
    sound = null;
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-mute]")) sessionStorage.setItem(MUTE_KEY, String(Date.now() + MUTE_MS));
});
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, unlock, { once: true });

if (document.querySelector("[data-alarm]")) tryWithoutGesture();
ring();
setInterval(ring, 1500);
