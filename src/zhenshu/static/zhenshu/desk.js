// What every page of the desk does in the browser. Pages work without it, with more clicks.
import { watchBulk } from "./bulk.js";
import { watchCharts } from "./charts.js";
import { watchConfirm } from "./confirm.js";
import { watchCopy } from "./copy.js";
import { watchDrafts } from "./drafts.js";
import { watchFilling } from "./filling.js";
import { watchFilters } from "./filters.js";
import { watchFrame } from "./frame.js";
import { watchInbox } from "./inbox.js";
import { watchKeys } from "./keys.js";
import { watchLayers } from "./layers.js";
import { watchMaps } from "./maps.js";
import { watchProgress } from "./progress.js";
import { watchToasts } from "./toasts.js";

for (const watch of [
  watchFrame,
  watchToasts,
  watchProgress,
  watchConfirm,
  watchLayers,
  watchKeys,
  watchBulk,
  watchFilters,
  watchCopy,
  watchFilling,
  watchDrafts,
  watchCharts,
  watchMaps,
  watchInbox,
]) {
  watch();
}
document.documentElement.dataset.ready = "yes";
