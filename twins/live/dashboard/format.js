/** Numbers, times and names as people read them. */

const formats = new Map();

/** A number with so many decimals, thousands apart. */
export function fixed(value, decimals = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (!formats.has(decimals)) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(decimals, new Intl.NumberFormat("en", options));
  }
  const text = formats.get(decimals).format(value);
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** A number to about three digits. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return fixed(value, 0);
  return fixed(value, size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A power in kW, or in MW from 10 MW on. */
export function power(kw) {
  if (kw === null || kw === undefined) return "–";
  return Math.abs(kw) >= 9999.5 ? `${fixed(kw / 1000, 2)} MW` : `${fixed(kw)} kW`;
}

/** An energy in kWh, or in MWh from 10 MWh on. */
export function energy(kwh) {
  return Math.abs(kwh) >= 9999.5 ? `${fixed(kwh / 1000, 1)} MWh` : `${fixed(kwh)} kWh`;
}

/** A clock time of the plant in milliseconds; the plant's clock knows no time zone. */
export function readTime(text) {
  return Date.parse(`${text}Z`);
}

/** The hour and minute of a time in milliseconds. */
export function clock(ms) {
  return new Date(ms).toISOString().slice(11, 16);
}

const dates = new Intl.DateTimeFormat("en-GB", {
  weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
});

/** The date of a time in milliseconds, as "Wed, 21 May 2025". */
export function date(ms) {
  return dates.format(ms);
}

/** A length of time of the plant, as "2 h" or "45 min". */
export function duration(minutes) {
  if (minutes < 60) return `${fixed(minutes)} min`;
  return `${fixed(minutes / 60, minutes % 60 ? 1 : 0)} h`;
}

/** A name as a title: "cement_pv" as "Cement PV", "dr_penalty" as "DR penalty". */
export function title(name) {
  const words = name.split("_").map((word) => (word.length < 3 ? word.toUpperCase() : word));
  return words.join(" ").replace(/^./, (first) => first.toUpperCase());
}
