(async () => {
'use strict';
const referencedSpecs = {"whole":{"ratios":{"linear":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":{"$":0},"signals":{"$":3},"marks":{"$":5},"scales":[{"name":"x","type":"linear","domain":{"$":8},"range":[0,{"signal":"width"}],"nice":false,"zero":true},{"$":9}],"axes":[{"$":10},{"scale":"x","orient":"bottom","grid":false,"title":"× the time of the baseline","format":"~g","tickCount":6,"aria":false,"labelFlush":true,"labelOverlap":true,"zindex":0},{"$":11}],"config":{"$":12}},"log":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":{"$":0},"signals":{"$":3},"marks":{"$":5},"scales":[{"name":"x","type":"log","domain":{"$":8},"range":[0,{"signal":"width"}],"nice":false,"padding":8},{"$":9}],"axes":[{"$":10},{"scale":"x","orient":"bottom","grid":false,"title":"× the time of the baseline (log scale)","format":"~g","tickCount":6,"aria":false,"labelFlush":true,"labelOverlap":"greedy","zindex":0},{"$":11}],"config":{"$":12}}},"rounds":{"strips":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":[{"name":"rows"},{"name":"data_1","source":"rows","transform":[{"type":"filter","expr":"datum.kind === 'iteration'"},{"$":13}]},{"name":"data_2","source":"rows","transform":[{"type":"filter","expr":"datum.kind === 'round'"},{"$":13}]},{"name":"data_3","source":"rows","transform":[{"type":"filter","expr":"datum.kind === 'tail'"}]},{"name":"data_4","source":"data_3","transform":{"$":2}},{"name":"data_5","source":"data_3","transform":{"$":14}},{"name":"data_6","source":"rows","transform":[{"type":"filter","expr":"datum.kind === 'median'"}]},{"name":"data_7","source":"data_6","transform":{"$":2}},{"name":"data_8","source":"data_6","transform":{"$":14}}],"signals":[{"$":4},{"name":"y_step","value":46},{"name":"height","update":"bandspace(domain('y').length, 0.25, 0.125) * y_step"}],"marks":[{"name":"layer_0_marks","type":"rect","style":["tick"],"from":{"data":"data_1"},"encode":{"update":{"opacity":{"value":0.45},"fill":{"value":"var(--ink-soft)"},"yc":{"$":6},"height":{"value":20},"xc":{"scale":"x","field":"ns"},"width":{"value":1}}}},{"name":"layer_1_marks","type":"symbol","style":["point"],"from":{"data":"data_2"},"encode":{"update":{"opacity":{"value":0.9},"size":{"value":55},"fill":{"field":"colour"},"tooltip":{"signal":"{\"target\": isValid(datum[\"target\"]) ? isArray(datum[\"target\"]) ? join(datum[\"target\"], '\\n') : datum[\"target\"] : \"\"+datum[\"target\"], \"median of the round\": isValid(datum[\"text\"]) ? isArray(datum[\"text\"]) ? join(datum[\"text\"], '\\n') : datum[\"text\"] : \"\"+datum[\"text\"], \"round\": isValid(datum[\"round\"]) ? isArray(datum[\"round\"]) ? join(datum[\"round\"], '\\n') : datum[\"round\"] : \"\"+datum[\"round\"]}"},"x":{"scale":"x","field":"ns"},"y":{"$":6},"shape":{"field":"shape"}}}},{"name":"layer_2_marks","type":"rule","style":["rule"],"from":{"data":"data_4"},"encode":{"update":{"strokeWidth":{"value":2},"stroke":{"value":"var(--ink-soft)"},"x":{"scale":"x","field":"low"},"x2":{"scale":"x","field":"high"},"y":{"scale":"y","field":"target","offset":-11,"band":0.5}}}},{"name":"layer_3_marks","type":"text","style":["text"],"from":{"data":"data_5"},"encode":{"update":{"dy":{"value":-17},"fontSize":{"value":10},"fill":{"value":"var(--ink)"},"tooltip":{"$":15},"x":{"scale":"x","field":"ns"},"y":{"$":6},"text":{"$":16},"align":{"value":"center"},"baseline":{"value":"middle"}}}},{"name":"layer_4_marks","type":"rule","style":["rule"],"from":{"data":"data_7"},"encode":{"update":{"strokeWidth":{"value":2},"stroke":{"value":"var(--ink-soft)"},"x":{"scale":"x","field":"low"},"x2":{"scale":"x","field":"high"},"y":{"scale":"y","field":"target","offset":11,"band":0.5}}}},{"name":"layer_5_marks","type":"text","style":["text"],"from":{"data":"data_8"},"encode":{"update":{"dy":{"value":17},"fontSize":{"value":10},"fill":{"value":"var(--ink)"},"tooltip":{"$":15},"x":{"scale":"x","field":"ns"},"y":{"$":6},"text":{"$":16},"align":{"value":"center"},"baseline":{"value":"middle"}}}}],"scales":[{"name":"x","type":"log","domain":{"fields":[{"data":"data_1","field":"ns"},{"data":"data_2","field":"ns"},{"data":"data_4","field":"low"},{"data":"data_4","field":"high"},{"data":"data_5","field":"ns"},{"data":"data_7","field":"low"},{"data":"data_7","field":"high"},{"data":"data_8","field":"ns"}]},"range":[0,{"signal":"width"}],"nice":false,"padding":12},{"name":"y","type":"band","domain":{"fields":[{"data":"data_1","field":"target"},{"data":"data_2","field":"target"},{"data":"data_4","field":"target"},{"data":"data_5","field":"target"},{"data":"data_7","field":"target"},{"data":"data_8","field":"target"}]},"range":{"step":{"signal":"y_step"}},"paddingInner":0.25,"paddingOuter":0.125}],"axes":[{"$":17},{"scale":"x","orient":"bottom","grid":false,"title":"time per iteration (log scale)","labelOverlap":"greedy","labelSeparation":10,"tickCount":4,"aria":false,"labelFlush":true,"encode":{"$":18},"zindex":0},{"$":11}],"config":{"$":12}}},"sequence":{"strips":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":[{"name":"rows"},{"name":"data_0","source":"rows","transform":[{"type":"filter","expr":"isValid(datum[\"order\"]) && isFinite(+datum[\"order\"])"}]}],"signals":{"$":19},"marks":[{"name":"marks","type":"symbol","style":["point"],"from":{"data":"data_0"},"encode":{"update":{"opacity":{"value":0.9},"fill":{"field":"colour"},"tooltip":{"signal":"{\"target\": isValid(datum[\"target\"]) ? isArray(datum[\"target\"]) ? join(datum[\"target\"], '\\n') : datum[\"target\"] : \"\"+datum[\"target\"], \"round\": isValid(datum[\"round\"]) ? isArray(datum[\"round\"]) ? join(datum[\"round\"], '\\n') : datum[\"round\"] : \"\"+datum[\"round\"], \"seconds since the run began\": isValid(datum[\"startS\"]) ? isArray(datum[\"startS\"]) ? join(datum[\"startS\"], '\\n') : datum[\"startS\"] : \"\"+datum[\"startS\"], \"median of the turn\": isValid(datum[\"text\"]) ? isArray(datum[\"text\"]) ? join(datum[\"text\"], '\\n') : datum[\"text\"] : \"\"+datum[\"text\"], \"relative to its median\": isValid(datum[\"relative\"]) ? isArray(datum[\"relative\"]) ? join(datum[\"relative\"], '\\n') : datum[\"relative\"] : \"\"+datum[\"relative\"]}"},"x":{"scale":"x","field":"order"},"y":{"scale":"y","field":"target"},"size":{"field":"size"},"shape":{"field":"shape"}}}}],"scales":[{"name":"x","type":"linear","domain":{"data":"data_0","field":"order"},"range":[0,{"signal":"width"}],"nice":false,"zero":false,"padding":8},{"$":20}],"axes":[{"scale":"x","orient":"bottom","tickCount":5,"tickMinStep":1,"gridScale":"y","grid":true,"domain":false,"labels":false,"aria":false,"maxExtent":0,"minExtent":0,"ticks":false,"zindex":0},{"scale":"x","orient":"bottom","grid":false,"title":"turns of all targets, in order","tickCount":5,"tickMinStep":1,"aria":false,"labelFlush":true,"labelOverlap":true,"zindex":0},{"$":11}],"config":{"$":12}}},"phases":{"points":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":[{"name":"rows"},{"name":"data_0","source":"rows","transform":{"$":14}}],"signals":{"$":19},"marks":[{"name":"marks","type":"symbol","style":["point"],"from":{"data":"data_0"},"encode":{"update":{"opacity":{"value":0.95},"size":{"value":80},"fill":{"field":"colour"},"tooltip":{"signal":"{\"target\": isValid(datum[\"target\"]) ? isArray(datum[\"target\"]) ? join(datum[\"target\"], '\\n') : datum[\"target\"] : \"\"+datum[\"target\"], \"phase\": isValid(datum[\"phase\"]) ? isArray(datum[\"phase\"]) ? join(datum[\"phase\"], '\\n') : datum[\"phase\"] : \"\"+datum[\"phase\"], \"duration\": isValid(datum[\"text\"]) ? isArray(datum[\"text\"]) ? join(datum[\"text\"], '\\n') : datum[\"text\"] : \"\"+datum[\"text\"]}"},"x":{"scale":"x","field":"ns"},"y":{"scale":"y","field":"target"},"shape":{"scale":"shape","field":"phase"}}}}],"scales":[{"name":"x","type":"log","domain":{"data":"data_0","field":"ns"},"range":[0,{"signal":"width"}],"nice":false,"padding":12},{"$":20},{"name":"shape","type":"ordinal","domain":["spawn","import","load","first","steady"],"range":["circle","square","triangle-up","diamond","cross"]}],"axes":[{"$":17},{"scale":"x","orient":"bottom","grid":false,"title":"duration (log scale)","labelOverlap":"greedy","labelSeparation":10,"tickCount":4,"aria":false,"labelFlush":true,"encode":{"$":18},"zindex":0},{"$":11}],"legends":[{"columns":3,"symbolFillColor":"var(--ink-soft)","symbolStrokeColor":"var(--ink-soft)","shape":"shape","direction":"horizontal","symbolType":"circle","encode":{"symbols":{"update":{"opacity":{"value":0.95}}}},"aria":false}],"config":{"$":12}}},"memory":{"bars":{"$schema":"https://vega.github.io/schema/vega/v6.json","autosize":{"type":"fit-x","contains":"padding"},"background":"transparent","padding":5,"style":"cell","data":[{"name":"rows"},{"name":"data_1","source":"rows","transform":[{"type":"stack","groupby":["target"],"field":"mebibytes","sort":{"field":["colour"],"order":["ascending"]},"as":["mebibytes_start","mebibytes_end"],"offset":"zero"},{"$":21}]},{"name":"data_2","source":"rows","transform":[{"$":21}]}],"signals":{"$":3},"marks":[{"name":"layer_0_marks","type":"rect","style":["bar"],"from":{"data":"data_1"},"encode":{"update":{"fill":{"field":"colour"},"x":{"scale":"x","field":"mebibytes_end"},"x2":{"scale":"x","field":"mebibytes_start"},"yc":{"$":6},"height":{"value":14}}}},{"name":"layer_1_marks","type":"text","style":["text"],"from":{"data":"data_2"},"encode":{"update":{"align":{"value":"left"},"dx":{"value":5},"fill":{"value":"var(--ink)"},"x":{"scale":"x","field":"mebibytes"},"y":{"$":6},"text":{"$":7},"fontSize":{"value":12},"baseline":{"value":"middle"}}}}],"scales":[{"name":"x","type":"linear","domain":{"fields":[{"data":"data_1","field":"mebibytes_start"},{"data":"data_1","field":"mebibytes_end"},{"data":"data_2","field":"mebibytes"}]},"range":[0,{"signal":"width"}],"nice":true,"zero":true},{"name":"y","type":"band","domain":{"fields":[{"data":"data_1","field":"target"},{"data":"data_2","field":"target"}]},"range":{"step":{"signal":"y_step"}},"paddingInner":0.1,"paddingOuter":0.05}],"axes":[{"scale":"x","orient":"bottom","tickCount":5,"gridScale":"y","grid":true,"domain":false,"labels":false,"aria":false,"maxExtent":0,"minExtent":0,"ticks":false,"zindex":0},{"scale":"x","orient":"bottom","grid":false,"title":"MiB","tickCount":5,"aria":false,"labelFlush":true,"labelOverlap":true,"zindex":0},{"$":11}],"config":{"$":12}}}},"parts":[[{"name":"rows"},{"name":"data_1","source":"rows","transform":{"$":1}},{"name":"data_2","source":"rows","transform":{"$":2}},{"name":"data_3","source":"rows","transform":{"$":1}}],[{"type":"filter","expr":"isValid(datum[\"ratio\"]) && isFinite(+datum[\"ratio\"])"}],[{"type":"filter","expr":"isValid(datum[\"low\"]) && isFinite(+datum[\"low\"])"}],[{"$":4},{"name":"y_step","value":26},{"name":"height","update":"bandspace(domain('y').length, 0.1, 0.05) * y_step"}],{"name":"width","init":"isFinite(containerSize()[0]) ? containerSize()[0] : 300","on":[{"update":"isFinite(containerSize()[0]) ? containerSize()[0] : 300","events":"window:resize"}]},[{"name":"layer_0_marks","type":"rect","style":["bar"],"from":{"data":"data_1"},"encode":{"update":{"opacity":{"value":0.35},"fill":{"field":"colour"},"x":{"scale":"x","field":"ratio"},"x2":{"scale":"x","field":"start"},"yc":{"$":6},"height":{"value":14}}}},{"name":"layer_1_marks","type":"rule","style":["rule"],"from":{"data":"rows"},"encode":{"update":{"strokeDash":{"value":[4,3]},"stroke":{"value":"var(--ink-soft)"},"x":{"scale":"x","value":1},"y":{"value":0},"y2":{"field":{"group":"height"}}}}},{"name":"layer_2_marks","type":"rule","style":["rule"],"from":{"data":"data_2"},"encode":{"update":{"strokeCap":{"value":"round"},"strokeWidth":{"value":3},"stroke":{"field":"colour"},"x":{"scale":"x","field":"low"},"x2":{"scale":"x","field":"high"},"y":{"$":6}}}},{"name":"layer_3_marks","type":"symbol","style":["point"],"from":{"data":"data_3"},"encode":{"update":{"opacity":{"value":1},"size":{"value":70},"fill":{"field":"colour"},"tooltip":{"signal":"{\"target\": isValid(datum[\"target\"]) ? isArray(datum[\"target\"]) ? join(datum[\"target\"], '\\n') : datum[\"target\"] : \"\"+datum[\"target\"], \"ratio\": isValid(datum[\"text\"]) ? isArray(datum[\"text\"]) ? join(datum[\"text\"], '\\n') : datum[\"text\"] : \"\"+datum[\"text\"], \"standing\": isValid(datum[\"standing\"]) ? isArray(datum[\"standing\"]) ? join(datum[\"standing\"], '\\n') : datum[\"standing\"] : \"\"+datum[\"standing\"]}"},"x":{"scale":"x","field":"ratio"},"y":{"$":6},"shape":{"field":"shape"}}}},{"name":"layer_4_marks","type":"text","style":["text"],"from":{"data":"rows"},"encode":{"update":{"align":{"value":"left"},"dx":{"value":8},"fill":{"value":"var(--ink)"},"x":{"field":{"group":"width"}},"y":{"$":6},"text":{"$":7},"fontSize":{"value":12},"baseline":{"value":"middle"}}}}],{"scale":"y","field":"target","band":0.5},{"signal":"isValid(datum[\"text\"]) ? datum[\"text\"] : \"\"+datum[\"text\"]"},{"fields":[{"data":"data_1","field":"ratio"},{"data":"data_1","field":"start"},[1],{"data":"data_2","field":"low"},{"data":"data_2","field":"high"},{"data":"data_3","field":"ratio"}]},{"name":"y","type":"band","domain":{"fields":[{"data":"data_1","field":"target"},{"data":"data_2","field":"target"},{"data":"data_3","field":"target"},{"data":"rows","field":"target"}]},"range":{"step":{"signal":"y_step"}},"paddingInner":0.1,"paddingOuter":0.05},{"scale":"x","orient":"bottom","tickCount":6,"gridScale":"y","grid":true,"domain":false,"labels":false,"aria":false,"maxExtent":0,"minExtent":0,"ticks":false,"zindex":0},{"scale":"y","orient":"left","grid":false,"domain":false,"labelPadding":6,"ticks":false,"aria":false,"zindex":0},{"aria":false,"axis":{"domainColor":"var(--line)","gridColor":"var(--grid)","tickColor":"var(--line)","labelColor":"var(--ink)","titleColor":"var(--ink-soft)","labelFontSize":12,"titleFontSize":12,"titleFontWeight":"normal","labelLimit":170},"legend":{"labelColor":"var(--ink)","titleColor":"var(--ink-soft)","labelFontSize":12,"labelLimit":170,"orient":"bottom","title":null,"columns":5,"symbolSize":70},"style":{"guide-label":{"font":"system-ui, sans-serif"},"guide-title":{"font":"system-ui, sans-serif"},"group-title":{"font":"system-ui, sans-serif"},"group-subtitle":{"font":"system-ui, sans-serif"},"cell":{"stroke":null},"text":{"font":"system-ui, sans-serif","fontSize":12}}},{"type":"filter","expr":"isValid(datum[\"ns\"]) && isFinite(+datum[\"ns\"])"},[{"$":13}],{"signal":"{\"target\": isValid(datum[\"target\"]) ? isArray(datum[\"target\"]) ? join(datum[\"target\"], '\\n') : datum[\"target\"] : \"\"+datum[\"target\"], \"name\": isValid(datum[\"name\"]) ? isArray(datum[\"name\"]) ? join(datum[\"name\"], '\\n') : datum[\"name\"] : \"\"+datum[\"name\"], \"with its 95 % interval\": isValid(datum[\"text\"]) ? isArray(datum[\"text\"]) ? join(datum[\"text\"], '\\n') : datum[\"text\"] : \"\"+datum[\"text\"]}"},{"signal":"isValid(datum[\"name\"]) ? datum[\"name\"] : \"\"+datum[\"name\"]"},{"scale":"x","orient":"bottom","tickCount":4,"gridScale":"y","grid":true,"domain":false,"labels":false,"aria":false,"maxExtent":0,"minExtent":0,"ticks":false,"zindex":0},{"labels":{"update":{"text":{"signal":"datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' s' : datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' ms' : datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : format(datum.value, '~g') + ' ns'"}}}},[{"$":4},{"name":"y_step","value":26},{"name":"height","update":"bandspace(domain('y').length, 1, 0.5) * y_step"}],{"name":"y","type":"point","domain":{"data":"data_0","field":"target"},"range":{"step":{"signal":"y_step"}},"padding":0.5},{"type":"filter","expr":"isValid(datum[\"mebibytes\"]) && isFinite(+datum[\"mebibytes\"])"}]};
const module0 = (() => {
const { ascending, isString, DisallowedObjectProperties } = vega;
function adjustSpatial (item, encode, swap) {
let t;
if (encode.x2) {
if (encode.x) {
if (swap && item.x > item.x2) {
t = item.x;
item.x = item.x2;
item.x2 = t;
}
item.width = item.x2 - item.x;
} else {
item.x = item.x2 - (item.width || 0);
}
}
if (encode.xc) {
item.x = item.xc - (item.width || 0) / 2;
}
if (encode.y2) {
if (encode.y) {
if (swap && item.y > item.y2) {
t = item.y;
item.y = item.y2;
item.y2 = t;
}
item.height = item.y2 - item.y;
} else {
item.y = item.y2 - (item.height || 0);
}
}
if (encode.yc) {
item.y = item.yc - (item.height || 0) / 2;
}
}

var Constants = {
NaN: NaN,
E: Math.E,
LN2: Math.LN2,
LN10: Math.LN10,
LOG2E: Math.LOG2E,
LOG10E: Math.LOG10E,
PI: Math.PI,
SQRT1_2: Math.SQRT1_2,
SQRT2: Math.SQRT2,
MIN_VALUE: Number.MIN_VALUE,
MAX_VALUE: Number.MAX_VALUE
};

var Ops = {
'*': (a, b) => a * b,
'+': (a, b) => a + b,
'-': (a, b) => a - b,
'/': (a, b) => a / b,
'%': (a, b) => a % b,
'>': (a, b) => a > b,
'<': (a, b) => a < b,
'<=': (a, b) => a <= b,
'>=': (a, b) => a >= b,
'==': (a, b) => a == b,
'!=': (a, b) => a != b,
'===': (a, b) => a === b,
'!==': (a, b) => a !== b,
'&': (a, b) => a & b,
'|': (a, b) => a | b,
'^': (a, b) => a ^ b,
'<<': (a, b) => a << b,
'>>': (a, b) => a >> b,
'>>>': (a, b) => a >>> b
};

var Unary = {
'+': a => +a,
'-': a => -a,
'~': a => ~a,
'!': a => !a
};

const slice = Array.prototype.slice;
const apply = (m, args, cast) => {
const obj = cast ? cast(args[0]) : args[0];
return obj[m].apply(obj, slice.call(args, 1));
};
const datetime = (yearOrTimestring, m = 0, d = 1, H = 0, M = 0, S = 0, ms = 0) => isString(yearOrTimestring) ? new Date(yearOrTimestring) : new Date(yearOrTimestring, m, d, H, M, S, ms);
var Functions = {
isNaN: Number.isNaN,
isFinite: Number.isFinite,
abs: Math.abs,
acos: Math.acos,
asin: Math.asin,
atan: Math.atan,
atan2: Math.atan2,
ceil: Math.ceil,
cos: Math.cos,
exp: Math.exp,
floor: Math.floor,
hypot: Math.hypot,
log: Math.log,
max: Math.max,
min: Math.min,
pow: Math.pow,
random: Math.random,
round: Math.round,
sin: Math.sin,
sqrt: Math.sqrt,
tan: Math.tan,
clamp: (a, b, c) => Math.max(b, Math.min(c, a)),
now: Date.now,
utc: Date.UTC,
datetime: datetime,
date: d => new Date(d).getDate(),
day: d => new Date(d).getDay(),
year: d => new Date(d).getFullYear(),
month: d => new Date(d).getMonth(),
hours: d => new Date(d).getHours(),
minutes: d => new Date(d).getMinutes(),
seconds: d => new Date(d).getSeconds(),
milliseconds: d => new Date(d).getMilliseconds(),
time: d => new Date(d).getTime(),
timezoneoffset: d => new Date(d).getTimezoneOffset(),
utcdate: d => new Date(d).getUTCDate(),
utcday: d => new Date(d).getUTCDay(),
utcyear: d => new Date(d).getUTCFullYear(),
utcmonth: d => new Date(d).getUTCMonth(),
utchours: d => new Date(d).getUTCHours(),
utcminutes: d => new Date(d).getUTCMinutes(),
utcseconds: d => new Date(d).getUTCSeconds(),
utcmilliseconds: d => new Date(d).getUTCMilliseconds(),
length: x => x.length,
join: function () {
return apply('join', arguments);
},
indexof: function () {
return apply('indexOf', arguments);
},
lastindexof: function () {
return apply('lastIndexOf', arguments);
},
slice: function () {
return apply('slice', arguments);
},
reverse: x => x.slice().reverse(),
sort: x => x.slice().sort(ascending),
parseFloat: parseFloat,
parseInt: parseInt,
upper: x => String(x).toUpperCase(),
lower: x => String(x).toLowerCase(),
substring: function () {
return apply('substring', arguments, String);
},
split: function () {
return apply('split', arguments, String);
},
replace: function () {
return apply('replace', arguments, String);
},
trim: x => String(x).trim(),
btoa: x => btoa(x),
atob: x => atob(x),
encodeURIComponent: x => encodeURIComponent(x),
regexp: RegExp,
test: (r, t) => RegExp(r).test(t)
};

const EventFunctions = ['view', 'item', 'group', 'xy', 'x', 'y'];
const DisallowedMethods = new Set([Function, eval, setTimeout, setInterval]);
if (typeof setImmediate === 'function') DisallowedMethods.add(setImmediate);
const Visitors = {
Literal: ($, n) => n.regex && n.value && (n.value.global || n.value.sticky) ? new RegExp(n.regex.pattern, n.regex.flags) : n.value,
Identifier: ($, n) => {
const id = n.name;
return $.memberDepth > 0 ? id : id === 'datum' ? $.datum : id === 'event' ? $.event : id === 'item' ? $.item : Constants[id] || $.params['$' + id];
},
MemberExpression: ($, n) => {
const d = !n.computed,
o = $(n.object);
if (d) $.memberDepth += 1;
const p = $(n.property);
if (d) $.memberDepth -= 1;
if (DisallowedMethods.has(o[p])) {
console.error(`Prevented interpretation of member "${p}" which could lead to insecure code execution`);
return;
}
return o[p];
},
CallExpression: ($, n) => {
const args = n.arguments;
let name = n.callee.name;
if (name.startsWith('_')) {
name = name.slice(1);
}
return name === 'if' ? $(args[0]) ? $(args[1]) : $(args[2]) : ($.fn[name] || Functions[name]).apply($.fn, args.map($));
},
ArrayExpression: ($, n) => n.elements.map($),
BinaryExpression: ($, n) => Ops[n.operator]($(n.left), $(n.right)),
UnaryExpression: ($, n) => Unary[n.operator]($(n.argument)),
ConditionalExpression: ($, n) => $(n.test) ? $(n.consequent) : $(n.alternate),
LogicalExpression: ($, n) => n.operator === '&&' ? $(n.left) && $(n.right) : $(n.left) || $(n.right),
ObjectExpression: ($, n) => n.properties.reduce((o, p) => {
$.memberDepth += 1;
const k = $(p.key);
$.memberDepth -= 1;
const v = $(p.value);
if (DisallowedObjectProperties.has(k)) {
console.error(`Prevented interpretation of property "${k}" which could lead to insecure code execution`);
} else if (DisallowedMethods.has(v)) {
console.error(`Prevented interpretation of method "${k}" which could lead to insecure code execution`);
} else {
o[k] = v;
}
return o;
}, {})
};
function interpret (ast, fn, params, datum, event, item) {
const $ = n => Visitors[n.type]($, n);
$.memberDepth = 0;
$.fn = Object.create(fn);
$.params = params;
$.datum = datum;
$.event = event;
$.item = item;
EventFunctions.forEach(f => $.fn[f] = (...args) => event.vega[f](...args));
return $(ast);
}

var expression = {
operator(ctx, expr) {
const ast = expr.ast,
fn = ctx.functions;
return _ => interpret(ast, fn, _);
},
parameter(ctx, expr) {
const ast = expr.ast,
fn = ctx.functions;
return (datum, _) => interpret(ast, fn, _, datum);
},
event(ctx, expr) {
const ast = expr.ast,
fn = ctx.functions;
return event => interpret(ast, fn, undefined, undefined, event);
},
handler(ctx, expr) {
const ast = expr.ast,
fn = ctx.functions;
return (_, event) => {
const datum = event.item && event.item.datum;
return interpret(ast, fn, _, datum, event);
};
},
encode(ctx, encode) {
const {
marktype,
channels
} = encode,
fn = ctx.functions,
swap = marktype === 'group' || marktype === 'image' || marktype === 'rect';
return (item, _) => {
const datum = item.datum;
let m = 0,
v;
for (const name in channels) {
v = interpret(channels[name].ast, fn, _, datum, undefined, item);
if (item[name] !== v) {
item[name] = v;
m = 1;
}
}
if (marktype !== 'rule') {
adjustSpatial(item, channels, swap);
}
return m;
};
}
};
return { expressionInterpreter: expression };
})();
const module1 = (() => {

const indices = new WeakMap();
function cellAt(table, group, target) {
const known = indices.get(table) ?? new Map(table.cells.group.map((one, cell) => [keyOf(table, one, cell), cell]));
indices.set(table, known);
return known.get(group * table.targets.length + target);
}
function keyOf({ targets, cells }, group, cell) {
return group * targets.length + item(cells.target, cell);
}
function item(list, index) {
const element = list[index];
if (element === undefined)
throw new RangeError(`no element ${index} among ${list.length}`);
return element;
}
function isOk({ cells }, cell) {
return cell !== undefined && item(cells.place, cell) !== null;
}
function rankedCells(table, group) {
const found = table.targets.flatMap((_, target) => {
const cell = cellAt(table, group, target);
return isOk(table, cell) ? [cell] : [];
});
return found.sort((a, b) => (table.cells.place[a] ?? 0) - (table.cells.place[b] ?? 0));
}
function isToldApart({ groups, cells }, first, second) {
const places = [item(cells.place, first), item(cells.place, second)];
const [faster = 0, slower = 0] = places.map((place) => place ?? 0).sort((a, b) => a - b);
return item(groups, item(cells.group, first)).told[(slower * (slower - 1)) / 2 + faster] === '1';
}
function cellSlug({ groups, targets, cells }, cell) {
return `${item(groups, item(cells.group, cell)).slug}/${item(targets, item(cells.target, cell)).slug}`;
}
function targetOf({ targets, cells }, cell) {
return item(targets, item(cells.target, cell));
}
function cellId({ groups, targets, cells }, cell) {
const { planned, name } = item(targets, item(cells.target, cell));
return `${item(groups, item(cells.group, cell)).id}:${planned}:${name}`;
}
function perSecond({ groups, cells }, cell) {
const time = item(cells.time, cell);
if (time === null)
return null;
const amount = 1e9 * item(groups, item(cells.group, cell)).batch;
const [value, low, high] = time;
return low === undefined || high === undefined
? [amount / value]
: [amount / value, amount / high, amount / low];
}
return { cellAt, item, isOk, rankedCells, isToldApart, cellSlug, targetOf, cellId, perSecond };
})();
const module2 = (() => {
const { cellAt, cellSlug, item } = module1;
const firstChoice = {
baseline: null,
sort: 'overall',
descending: false,
hiddenTargets: new Set(),
hiddenGroups: new Set(),
group: 0,
cell: null,
duel: null,
theme: null,
};
function firstChoiceOf({ groups }) {
const software = groups.flatMap(({ isSoftware }, group) => (isSoftware ? [group] : []));
return software.length < groups.length ? { ...firstChoice, hiddenGroups: new Set(software) } : firstChoice;
}
const nothing = 'none';
function choiceOf(table, hash) {
const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
const asked = new URLSearchParams(query);
const places = (name, list) => new Set((asked.get(name) ?? '').split(',').flatMap((slug) => placeOf(list, slug) ?? []));
const sort = asked.get('sort') ?? '';
const theme = asked.get('theme');
return {
baseline: placeOf(table.targets, asked.get('baseline') ?? '') ?? null,
sort: sortOf(table, sort.replace(/^-/, '')),
descending: sort.startsWith('-'),
hiddenTargets: places('hide', table.targets),
hiddenGroups: asked.has('without') ? places('without', table.groups) : firstChoiceOf(table).hiddenGroups,
duel: duelOf([...places('duel', table.targets)]),
theme: theme === 'light' || theme === 'dark' ? theme : null,
...placeIn(table, decoded(path)),
};
}
function duelOf([own, other]) {
return own === undefined || other === undefined ? null : [own, other];
}
function placeOf(list, slug) {
const place = list.findIndex((one) => one.slug === slug);
return place < 0 ? undefined : place;
}
function sortOf({ groups }, text) {
const group = placeOf(groups, text);
if (group !== undefined)
return { group };
return text === 'target' ? text : 'overall';
}
function decoded(path) {
try {
return decodeURIComponent(path);
}
catch {
return path;
}
}
function placeIn(table, path) {
const whole = placeOf(table.groups, path);
if (whole !== undefined)
return { group: whole, cell: null };
const end = path.lastIndexOf('/');
const group = placeOf(table.groups, path.slice(0, Math.max(0, end)));
if (group === undefined)
return { group: firstChoice.group, cell: null };
const target = placeOf(table.targets, path.slice(end + 1));
const cell = target === undefined ? undefined : cellAt(table, group, target);
return { group, cell: cell ?? null };
}
function hashOf(table, choice) {
const { targets, groups } = table;
const isAsAtFirst = isSame(choice.hiddenGroups, firstChoiceOf(table).hiddenGroups);
const slugs = (list, places) => [...places].map((place) => item(list, place).slug).join(',');
const sort = typeof choice.sort === 'string' ? choice.sort : item(groups, choice.sort.group).slug;
const said = [
['baseline', choice.baseline === null ? null : item(targets, choice.baseline).slug],
['sort', sort === 'overall' && !choice.descending ? null : `${choice.descending ? '-' : ''}${sort}`],
['hide', slugs(targets, choice.hiddenTargets)],
['without', isAsAtFirst ? null : slugs(groups, choice.hiddenGroups) || nothing],
['duel', choice.duel && slugs(targets, choice.duel)],
['theme', choice.theme],
];
const query = said.flatMap(([name, value]) => (value ? [`${name}=${value}`] : [])).join('&');
const path = choice.cell !== null
? cellSlug(table, choice.cell)
: choice.group === firstChoice.group
? ''
: item(groups, choice.group).slug;
return path || query ? `#${path}${query ? `?${query}` : ''}` : '';
}
function isSame(one, other) {
return one.size === other.size && [...one].every((place) => other.has(place));
}
return { firstChoice, firstChoiceOf, choiceOf, hashOf };
})();
const module3 = (() => {

function csvLine(values) {
return values.map(fieldOf).join(',');
}
function fieldOf(value) {
if (value === null)
return '';
if (typeof value === 'number')
return String(value);
const literal = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
return `"${literal.replaceAll('"', '""')}"`;
}
return { csvLine };
})();
const module4 = (() => {
const { csvLine } = module3;
const { item } = module1;
function csvOf({ cells, groups, targets }) {
const lines = [csvLine(['comparison', 'target', 'round', 'median_ns'])];
cells.medians.forEach((medians, cell) => {
const group = item(groups, item(cells.group, cell)).slug;
const { name } = item(targets, item(cells.target, cell));
medians.forEach((ns, index) => {
lines.push(csvLine([group, name, item(item(cells.rounds, cell), index) + 1, ns]));
});
});
return lines.join('\r\n');
}
return { csvOf };
})();
const module5 = (() => {

function listed(names, conjunction = 'and') {
if (names.length <= 1)
return names.join('');
return `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}
function plain(text) {
return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
}
function plainTexts(value) {
const made = new Map();
const everyText = (each) => {
if (typeof each === 'string')
return plain(each);
if (typeof each !== 'object' || each === null)
return each;
const known = made.get(each);
if (known !== undefined)
return known;
const copy = Array.isArray(each) ? eachOf(each, everyText) : propertiesOf(each, everyText);
if (copy !== each)
made.set(each, copy);
return copy;
};
return everyText(value);
}
function eachOf(list, change) {
const changed = list.map(change);
return changed.some((each, index) => each !== list[index]) ? changed : list;
}
function propertiesOf(object, change) {
const entries = Object.entries(object);
const changed = entries.map(([name, each]) => [plain(name), change(each)]);
const isChanged = changed.some(([name, each], index) => name !== entries[index]?.[0] || each !== entries[index]?.[1]);
return isChanged ? Object.fromEntries(changed) : object;
}
function jsonText(value, indent = 2) {
const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu, escaped);
}
function counted(count, noun) {
return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
function differences(before, after, behindName = ': ') {
const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
return names
.filter((name) => before[name] !== after[name])
.map((name) => `${name}${behindName}${before[name] ?? 'absent'} → ${after[name] ?? 'absent'}`);
}
function quoted(word) {
return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw `'\''`)}'`;
}
return { listed, plain, plainTexts, jsonText, counted, differences, quoted };
})();
const module6 = (() => {
const { plain } = module5;
const exitStatus = {
usage: 2,
model: 2,
install: 4,
worker: 4,
storage: 4,
interrupted: 130,
internal: 70,
};
class TouchstoneError extends Error {
name = 'TouchstoneError';
code;
hint;
constructor(code, message, options = {}) {
super(message, options.cause === undefined ? undefined : { cause: options.cause });
this.code = code;
this.hint = options.hint;
}
}
function messageOf(thrown) {
const text = thrown instanceof Error ? thrown.message : String(thrown);
return plain(text);
}
function explain(thrown) {
const hint = thrown instanceof TouchstoneError && thrown.hint ? ` (${plain(thrown.hint)})` : '';
return `${shortened(messageOf(thrown))}${hint}`;
}
const maxMessageLength = 500;
function shortened(text) {
return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength)}…`;
}
function oneLine(thrown) {
return `error: ${explain(thrown)}`;
}
function unreachable(value) {
throw new TouchstoneError('internal', `unexpected value ${JSON.stringify(value)}`);
}
return { exitStatus, TouchstoneError, messageOf, explain, oneLine, unreachable };
})();
const module7 = (() => {
const { TouchstoneError } = module6;
function at(list, index, what = 'list') {
const element = list[index < 0 ? index + list.length : index];
if (element === undefined) {
throw new TouchstoneError('internal', `${what} has ${list.length} elements, none at index ${index}`);
}
return element;
}
function leading(list, count, what = 'list') {
return Array.from({ length: count }, (_, index) => at(list, index, what));
}
function required(from, key, what = 'record') {
const value = from instanceof Map ? from.get(key) : ownValue(from, key);
if (value === undefined)
throw new TouchstoneError('internal', `${what} has no entry ${String(key)}`);
return value;
}
function defined(value, what) {
if (value === undefined || value === null)
throw new TouchstoneError('internal', `${what} is missing`);
return value;
}
function ownValue(record, key) {
return Object.hasOwn(record, key) ? record[key] : undefined;
}
return { at, leading, required, defined };
})();
const module8 = (() => {

const minDigits = 2;
const maxDigits = 4;
function digits({ value, low, high }, apart = 0) {
if (low === null || high === null || !Number.isFinite(value)) {
return { value: toDecimals(value, decimalsFor(value, minDigits)), low: null, high: null };
}
const halfWidth = (high - low) / 2;
const finest = decimalsFor(value, maxDigits);
const allowed = halfWidth > 0 ? -Math.floor(Math.log10(halfWidth)) : finest;
const decimals = Math.max(Math.min(allowed, finest), Math.min(finest, decimalsFor(value, minDigits)));
const lowDecimals = low > apart ? decimalsUntil(decimals, (places) => rounded(low, places, Math.floor) > apart) : decimals;
const highDecimals = high < apart ? decimalsUntil(decimals, (places) => rounded(high, places, Math.ceil) < apart) : decimals;
return {
value: toDecimals(value, decimals),
low: toDecimals(rounded(low, lowDecimals, Math.floor), lowDecimals),
high: toDecimals(rounded(high, highDecimals, Math.ceil), highDecimals),
};
}
function decimalsUntil(least, suffice) {
let places = least;
while (places < maxDecimals && !suffice(places))
places++;
return places;
}
const maxDecimals = 20;
function decimalsFor(value, significant) {
if (value === 0 || !Number.isFinite(value))
return 0;
return significant - 1 - Math.floor(Math.log10(Math.abs(value)));
}
function rounded(value, decimals, round) {
const scale = 10 ** decimals;
const scaled = value * scale;
const near = Math.round(scaled);
return (Math.abs(scaled - near) < 1e-9 * Math.max(1, Math.abs(scaled)) ? near : round(scaled)) / scale;
}
function toDecimals(value, decimals) {
if (decimals >= 0)
return value.toFixed(Math.min(decimals, maxDecimals));
const unit = 10 ** -decimals;
return String(Math.round(value / unit) * unit);
}
return { digits };
})();
const module9 = (() => {

function quantile(values, share) {
return quantileSorted([...values].sort(ascending), share);
}
function quantileSorted(sorted, share) {
const position = (sorted.length - 1) * share;
const below = sorted[Math.floor(position)];
const above = sorted[Math.ceil(position)];
if (below === undefined || above === undefined)
return Number.NaN;
return below + (above - below) * (position - Math.floor(position));
}
function median(values) {
return quantile(values, 0.5);
}
function ascending(a, b) {
return a - b;
}
return { quantile, quantileSorted, median, ascending };
})();
const module10 = (() => {

function at(sequence, index) {
return sequence[index] ?? missing(sequence.length, index);
}
function missing(length, index) {
throw new RangeError(`no element ${index} in a sequence of ${length}`);
}
function sum(values) {
return values.reduce((total, value) => total + value, 0);
}
function mean(values) {
return sum(values) / values.length;
}
return { at, sum, mean };
})();
const module11 = (() => {
const { ascending, quantileSorted } = module9;
const { at, mean } = module10;
const minIntervalValues = 3;
function intervalBy(critical, values) {
const { level } = critical;
if (critical.method === 'signed-rank') {
const averages = walshAverages(values);
const low = averages[critical.position - 1];
const high = averages[averages.length - critical.position];
return low === undefined || high === undefined ? null : { low, high, level };
}
const { centre, error } = centreOf(values);
return { low: centre - critical.errors * error, high: centre + critical.errors * error, level };
}
function walshAverages(values) {
const averages = [];
values.forEach((first, index) => {
for (let other = index; other < values.length; other++)
averages.push(first / 2 + at(values, other) / 2);
});
return averages.sort(ascending);
}
function hodgesLehmann(values) {
return quantileSorted(walshAverages(values), 0.5);
}
function centreOf(values) {
const centre = mean(values);
const squares = values.map((value) => (value - centre) ** 2);
return { centre, error: Math.sqrt(mean(squares) / (values.length - 1)) };
}
return { minIntervalValues, intervalBy, walshAverages, hodgesLehmann, centreOf };
})();
const module12 = (() => {
const { at } = module7;
const { digits } = module8;
const { minIntervalValues } = module11;
const { counted } = module5;
const timeUnits = [
{ unit: 'ns', ns: 1 },
{ unit: 'µs', ns: 1e3 },
{ unit: 'ms', ns: 1e6 },
{ unit: 's', ns: 1e9 },
];
function duration(ns) {
const scale = timeUnits.findLast((candidate) => ns.value >= candidate.ns) ?? timeUnits[0];
return quantity(ns, scale.ns, scale.unit);
}
function rate(perSecond) {
return quantity(perSecond, 1, '/s');
}
function ratio(value) {
return quantity(value, 1, '×', 1);
}
function ratioText(found) {
const bare = found.low === null || found.high === null;
return bare && found.value < 100 ? `${found.value.toPrecision(3)}×` : inline(ratio(found));
}
function bytes(count) {
const mebibytes = count / 2 ** 20;
return mebibytes < 1024 ? `${grouped(mebibytes.toFixed(0))} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
function intervalText(level, method, rounds) {
if (level !== null)
return `${Math.round(level * 100)} % interval${method ? ` (${method})` : ''}`;
return `no interval: ${counted(rounds, 'round')}, ${minIntervalValues} are needed`;
}
function once(ns) {
return inline(duration({ value: ns, low: null, high: null }));
}
function onceInThreeDigits(ns) {
const { value, unit } = duration({ value: Number(ns.toPrecision(3)), low: ns * 0.995, high: ns * 1.005 });
return `${value} ${unit}`;
}
function inline({ value, interval, unit }) {
const space = unit === '×' || unit === '/s' ? '' : ' ';
return `${value}${space}${unit}${interval ? ` ${interval}` : ''}`;
}
function quantity({ value, low, high }, scale, unit, apart = 0) {
const divided = (bound) => (bound === null ? null : bound / scale);
const written = digits({ value: value / scale, low: divided(low), high: divided(high) }, apart);
const bounded = written.low !== null && written.high !== null;
const interval = bounded ? `[${grouped(written.low)}, ${grouped(written.high)}]` : '';
return { value: grouped(written.value), interval, unit };
}
function grouped(number) {
const [whole = '', fraction] = number.split('.');
const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
return fraction === undefined ? separated : `${separated}.${fraction}`;
}
function percent(share) {
const value = share * 100;
return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} %`;
}
function throughputTitle(submissions) {
return `throughput, ${submissions} submissions and one wait`;
}
function ranksText([best, worst]) {
return best === worst ? String(best) : `${best}–${worst}`;
}
function groupTitle(group) {
const parts = [group.workload, group.mode, `batch ${group.batch}`];
if (group.length !== undefined)
parts.push(`length ${group.length}`);
if (group.threads !== undefined)
parts.push(threadsText([group.threads]));
if (group.precision !== 'float32')
parts.push(group.precision);
if (group.software)
parts.push('devices in software');
return parts.join(' · ');
}
function sweepTitle(axis, identity) {
const along = axis === 'batch' ? 'batch 0' : undefined;
const parts = groupTitle(identity)
.split(' · ')
.filter((part) => part !== along);
return [...parts, `by ${axis}`].join(' · ');
}
function threadsText(counts) {
const last = at(counts, -1, 'the thread counts');
return counts.length > 1 ? `${counts.slice(0, -1).join(', ')} or ${last} threads` : counted(last, 'thread');
}
function coresText(count) {
return counted(count, 'core');
}
function letterOf(place) {
const turn = Math.floor(place / 26);
return String.fromCharCode(65 + (place % 26)) + (turn > 0 ? String(turn + 1) : '');
}
return { duration, rate, ratio, ratioText, bytes, intervalText, once, onceInThreeDigits, inline, percent, throughputTitle, ranksText, groupTitle, sweepTitle, threadsText, coresText, letterOf };
})();
const module13 = (() => {

class Markup {
text;
constructor(text) {
this.text = text;
}
}
function markup(strings, ...parts) {
const written = strings.map((string, index) => {
const part = parts[index];
return part === undefined ? string : string + textOf(part);
});
return new Markup(written.join(''));
}
function textOf(part) {
if (part instanceof Markup)
return part.text;
if (typeof part === 'string' || typeof part === 'number')
return escaped(String(part));
return part.map(({ text }) => text).join('');
}
const escapes = {
'&': '&amp;',
'<': '&lt;',
'>': '&gt;',
'"': '&quot;',
"'": '&#39;',
};
function escaped(text) {
return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
const nothing = new Markup('');
return { Markup, markup, nothing };
})();
const module14 = (() => {

const seriesColours = Array.from({ length: 8 }, (_, index) => `var(--series-${index + 1})`);
const seriesShapes = [
'circle',
'square',
'triangle-up',
'diamond',
'cross',
'triangle-down',
'triangle-right',
'triangle-left',
];
const chartConfig = {
background: 'transparent',
font: 'system-ui, sans-serif',
aria: false,
view: { stroke: null },
axis: {
domainColor: 'var(--line)',
gridColor: 'var(--grid)',
tickColor: 'var(--line)',
labelColor: 'var(--ink)',
titleColor: 'var(--ink-soft)',
labelFontSize: 12,
titleFontSize: 12,
titleFontWeight: 'normal',
labelLimit: 170,
},
legend: {
labelColor: 'var(--ink)',
titleColor: 'var(--ink-soft)',
labelFontSize: 12,
labelLimit: 170,
orient: 'bottom',
title: null,
columns: 5,
symbolSize: 70,
},
text: { color: 'var(--ink)', fontSize: 12 },
};
const timeLabels = "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' s' : datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' ms' : datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : format(datum.value, '~g') + ' ns'";
return { seriesColours, seriesShapes, chartConfig, timeLabels };
})();
const module15 = (() => {
const { seriesColours, seriesShapes } = module14;
const { item } = module1;
const symbols = ['●', '■', '▲', '◆', '✚', '▼', '▶', '◀'];
function lookOf(target) {
const series = target % seriesColours.length;
const shape = (target + Math.floor(target / seriesColours.length)) % seriesShapes.length;
return { series: series + 1, shape: item(seriesShapes, shape), symbol: item(symbols, shape) };
}
function colourOf(target) {
return item(seriesColours, lookOf(target).series - 1);
}
return { lookOf, colourOf };
})();
const module16 = (() => {
const { hodgesLehmann, intervalBy } = module11;
const { median } = module9;
const { isToldApart, item } = module1;
const tieMargin = 0.02;
const explainedFrom = 0.1;
function ratioOf(table, cell, baseline) {
if (cell === baseline)
return { value: 1, low: 1, high: 1, level: null, rounds: 0 };
const logRatios = commonRounds(table, cell, baseline).map(({ own, other }) => Math.log(own / other));
const rounds = logRatios.length;
if (rounds === 0)
return { value: quotientOf(table, cell, baseline), low: null, high: null, level: null, rounds };
const critical = table.critical[rounds] ?? null;
const interval = critical && intervalBy(critical, logRatios);
return {
value: Math.exp(hodgesLehmann(logRatios)),
low: interval && Math.exp(interval.low),
high: interval && Math.exp(interval.high),
level: interval?.level ?? null,
rounds,
};
}
function commonRounds({ cells }, cell, baseline) {
const [rounds, medians] = [item(cells.rounds, baseline), item(cells.medians, baseline)];
const others = new Map(rounds.map((round, index) => [round, item(medians, index)]));
const own = item(cells.medians, cell);
return item(cells.rounds, cell).flatMap((round, index) => {
const other = others.get(round);
return other === undefined ? [] : [{ own: item(own, index), other }];
});
}
function quotientOf({ cells }, cell, baseline) {
return median(item(cells.medians, cell)) / median(item(cells.medians, baseline));
}
function standingOf(table, cell, baseline, ratio) {
if (cell === baseline)
return 'baseline';
if (isToldApart(table, cell, baseline))
return ratio.value > 1 ? 'slower' : 'faster';
const { low, high } = ratio;
const isNarrow = low !== null && high !== null && high <= 1 + tieMargin && low >= 1 / (1 + tieMargin);
return isNarrow ? 'tie' : 'undecided';
}
function unlikeQuotient(table, cell, baseline, ratio) {
const quotient = quotientOf(table, cell, baseline);
return Math.abs(Math.log(ratio.value / quotient)) > Math.log(1 + explainedFrom) ? quotient : undefined;
}
function whyUnlikeQuotient(table, cell, baseline) {
const { rounds, medians } = table.cells;
const counts = [cell, baseline].map((one) => item(rounds, one).length);
const common = commonRounds(table, cell, baseline);
if (counts.every((count) => count === common.length)) {
return 'each time is a median over rounds, between which the machine’s speed changed; the ratio compares within each round, where both met the same state';
}
const shift = median(common.map(({ other }) => other)) / median(item(medians, baseline));
const change = `${Math.abs(100 * (shift - 1)).toFixed(0)} % ${shift > 1 ? 'longer' : 'less long'} than over all of its rounds`;
return `the times are medians over ${counts[0]} and ${counts[1]} rounds, the ratio rests on the ${common.length} that both took part in, in which the baseline took ${change}`;
}
return { tieMargin, ratioOf, quotientOf, standingOf, unlikeQuotient, whyUnlikeQuotient };
})();
const module17 = (() => {
const { ratioOf } = module16;
const { cellAt, isOk } = module1;
function overallOf(table, targets, groups, baselines) {
const common = groups.filter((group) => baselines.get(group) !== undefined &&
targets.every((target) => isOk(table, cellAt(table, group, target))));
const values = new Map();
for (const target of common.length > 0 ? targets : []) {
const logs = common.map((group) => {
const [cell, baseline] = [cellAt(table, group, target), baselines.get(group)];
return cell === undefined || baseline === undefined
? 0
: Math.log(ratioOf(table, cell, baseline).value);
});
values.set(target, Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
}
const title = common.length > 0
? `geometric mean of ${common.length} of ${groups.length}`
: 'none that all targets have';
return { values, title };
}
return { overallOf };
})();
const module18 = (() => {
const { cellAt, isOk, item, rankedCells } = module1;
function comparedTargets(table) {
const compared = new Set(table.cells.target.filter((_, cell) => isOk(table, cell)));
return table.targets.flatMap((_, target) => (compared.has(target) ? [target] : []));
}
function shownTargets(table, choice) {
const groups = groupsLeft(table, choice);
return targetsLeft(table, choice).filter((target) => groups.some((group) => cellAt(table, group, target) !== undefined));
}
function shownGroups(table, choice) {
const targets = targetsLeft(table, choice);
return groupsLeft(table, choice).filter((group) => targets.some((target) => cellAt(table, group, target) !== undefined));
}
function targetsLeft(table, { hiddenTargets }) {
return comparedTargets(table).filter((target) => !hiddenTargets.has(target));
}
function groupsLeft({ groups }, { hiddenGroups }) {
return groups.flatMap((_, group) => (hiddenGroups.has(group) ? [] : [group]));
}
function isShown({ cells }, cell, { hiddenTargets, hiddenGroups }) {
return !hiddenTargets.has(item(cells.target, cell)) && !hiddenGroups.has(item(cells.group, cell));
}
function baselineOf(table, group, { baseline }) {
if (baseline === null)
return rankedCells(table, group)[0];
const cell = cellAt(table, group, baseline);
return isOk(table, cell) ? cell : undefined;
}
function familiesOf(table) {
const families = new Map();
for (const target of comparedTargets(table)) {
const { family } = item(table.targets, target);
families.set(family, [...(families.get(family) ?? []), target]);
}
return families;
}
return { comparedTargets, shownTargets, shownGroups, isShown, baselineOf, familiesOf };
})();
const module19 = (() => {
const { inline, ranksText, ratio: ratioQuantity } = module12;
const { lookOf } = module15;
const { overallOf } = module17;
const { ratioOf, standingOf } = module16;
const { baselineOf, comparedTargets, familiesOf, isShown, shownGroups, shownTargets } = module18;
const { cellAt, cellSlug, isOk, item } = module1;
const meanings = {
baseline: { symbol: '◆', meaning: 'the baseline' },
faster: { symbol: '▼', meaning: 'faster' },
slower: { symbol: '▲', meaning: 'slower' },
tie: { symbol: '=', meaning: 'equal within 2 %' },
undecided: { symbol: '?', meaning: 'not told apart' },
wrong: { symbol: '✗', meaning: 'wrong result' },
failed: { symbol: '!', meaning: 'failed' },
unmeasured: { symbol: '○', meaning: 'not measured' },
unsupported: { symbol: '–', meaning: 'unsupported' },
unavailable: { symbol: '∅', meaning: 'not installed here' },
};
function symbolOf(standing) {
return meanings[standing].symbol;
}
function signOf(sign) {
return meanings[sign];
}
function matrixView(table, choice) {
const groups = shownGroups(table, choice);
const targets = shownTargets(table, choice);
const baselines = new Map(groups.map((group) => [group, baselineOf(table, group, choice)]));
const overall = overallOf(table, targets, groups, baselines);
const rows = targets.map((target) => rowOf(table, target, baselines, overall.values.get(target) ?? null));
const sort = effectiveSort(choice.sort, rows, groups);
const sorted = (isIt) => (isIt ? (choice.descending ? 'descending' : 'ascending') : '');
return {
caption: captionOf(table, choice),
workloads: workloadsOf(table, groups),
columns: groups.map((group) => ({
group,
...columnOf(table, group),
isChosen: group === choice.group,
sorted: sorted(typeof sort === 'object' && sort.group === group),
})),
overall: { title: overall.title, sorted: sorted(sort === 'overall') },
targets: { sorted: sorted(sort === 'target') },
rows: inOrder(rows, sort, choice.descending).map(({ view }) => view),
folded: foldedOf(table, choice),
legend: legendOf(rows.map(({ view }) => view)),
status: statusOf(table, choice, targets.length, groups.length),
};
}
function captionOf({ targets }, { baseline }) {
const against = baseline === null ? 'of the fastest target of each column' : `of ${item(targets, baseline).name}`;
return `Time of each target ÷ time ${against}, with intervals: below 1 is faster, above 1 slower`;
}
function workloadsOf({ groups }, shown) {
const found = [];
for (const group of shown) {
const title = item(groups, group).workload;
const last = found.at(-1);
if (last?.title === title)
last.span++;
else
found.push({ title, span: 1 });
}
return found;
}
function columnOf({ groups }, group) {
const { title, variant, slug } = item(groups, group);
return { title, variant, slug };
}
function rowOf(table, target, baselines, overall) {
const { name, device } = item(table.targets, target);
const entries = [...baselines].map(([group, baseline]) => {
const cell = cellAt(table, group, target);
const ratio = isOk(table, cell) && baseline !== undefined ? ratioOf(table, cell, baseline) : undefined;
return { group, ratio, view: entryOf(table, group, cell, baseline, ratio) };
});
return {
view: {
target,
name,
device: device === 'cpu' ? '' : device,
look: lookOf(target),
overall: {
text: overall === null ? '' : inline(ratioQuantity({ value: overall, low: null, high: null })),
heat: overall === null ? '' : heatOf(overall),
},
cells: entries.map(({ view }) => view),
},
keys: {
overall,
groups: new Map(entries.flatMap(({ group, ratio }) => (ratio ? [[group, ratio.value]] : []))),
},
};
}
function entryOf(table, group, cell, baseline, ratio) {
const none = { slug: '', symbol: '', text: '', interval: '', style: 'none', label: '', hint: '' };
if (cell === undefined)
return { ...none, label: 'not planned', hint: 'not planned' };
const slug = cellSlug(table, cell);
const name = `${item(table.targets, item(table.cells.target, cell)).name}, ${item(table.groups, group).title}`;
const state = item(table.cells.state, cell);
if (state !== 'ok') {
const { symbol, meaning } = meanings[state];
return {
...none,
slug,
symbol,
style: `no-result ${state}`,
label: `${symbol} ${name}: ${meaning}`,
hint: meaning,
};
}
const ranks = rankText(table, cell);
if (baseline === undefined || !ratio) {
const hint = `the baseline has no result here; ${ranks}`;
return { ...none, slug, text: '·', label: `· ${name}: ${hint}`, hint };
}
const standing = standingOf(table, cell, baseline, ratio);
const { symbol, meaning } = meanings[standing];
const { interval, ...bare } = ratioQuantity(ratio);
const text = cell === baseline ? '1×' : inline({ ...bare, interval: '' });
const bounds = interval && cell !== baseline ? interval : '';
const hint = `${meaning}; ${ranks}`;
return {
slug,
symbol,
text,
interval: bounds,
style: [standing, heatOf(ratio.value), fadeOf(ratio, standing)].filter(Boolean).join(' '),
label: `${symbol} ${text}${bounds && ` ${bounds}`} ${name}: ${hint}`,
hint,
};
}
function rankText({ cells, groups }, cell) {
const ranks = item(cells.ranks, cell);
if (ranks === null)
return 'no rank';
return `rank ${ranksText(ranks)} of ${item(groups, item(cells.group, cell)).ranked}`;
}
const heatSteps = 10;
const hottest = 64;
function heatOf(ratio) {
const step = Math.min(heatSteps, Math.round((Math.abs(Math.log(ratio)) / Math.log(hottest)) * heatSteps));
return step === 0 ? '' : `${ratio > 1 ? 'slow' : 'fast'}-${step}`;
}
function fadeOf({ low, high }, standing) {
if (standing === 'baseline')
return '';
if (standing === 'undecided' || low === null || high === null)
return 'fade-3';
const half = Math.sqrt(high / low) - 1;
if (half > 0.25)
return 'fade-2';
return half > 0.1 ? 'fade-1' : '';
}
function effectiveSort(sort, rows, groups) {
const [first] = groups;
const isOrdered = sort !== 'overall' || rows.some(({ keys }) => keys.overall !== null);
return isOrdered || first === undefined ? sort : { group: first };
}
function inOrder(rows, sort, descending) {
const sign = descending ? -1 : 1;
const byName = (a, b) => (a.view.name < b.view.name ? -1 : 1);
if (sort === 'target')
return [...rows].sort((a, b) => sign * byName(a, b));
const keyOf = ({ keys }) => sort === 'overall' ? keys.overall : (keys.groups.get(sort.group) ?? null);
return [...rows].sort((a, b) => {
const [ours, theirs] = [keyOf(a), keyOf(b)];
if (ours === null || theirs === null)
return ours === theirs ? byName(a, b) : ours === null ? 1 : -1;
return sign * (ours - theirs) || byName(a, b);
});
}
function foldedOf(table, { hiddenTargets }) {
return [...familiesOf(table)].flatMap(([family, targets]) => targets.every((target) => hiddenTargets.has(target)) ? [{ family, count: targets.length }] : []);
}
function legendOf(rows) {
const used = new Set(rows.flatMap(({ cells }) => cells.map(({ symbol }) => symbol)));
return Object.keys(meanings)
.map((sign) => meanings[sign])
.filter(({ symbol }) => used.has(symbol));
}
function statusOf(table, choice, targets, groups) {
const { state } = table.cells;
const cells = state.filter((_, cell) => isShown(table, cell, choice)).length;
const of = comparedTargets(table).length;
const { hiddenGroups } = choice;
const isLeftOut = table.groups.some(({ isSoftware }, group) => isSoftware && hiddenGroups.has(group));
const leftOut = isLeftOut ? '; devices in software are left out until they are chosen' : '';
return `${cells} of ${state.length} cells shown: ${targets} of ${of} targets with a result, ${groups} of ${table.groups.length} comparisons${leftOut}`;
}
return { symbolOf, signOf, matrixView, rankText, heatOf, fadeOf, legendOf };
})();
const module20 = (() => {
const { quoted } = module5;
const { bytes, duration, inline, once, onceInThreeDigits, rate, ratio: ratioQuantity, } = module12;
const { markup, nothing } = module13;
const { rankText } = module19;
const { ratioOf, standingOf, tieMargin, unlikeQuotient, whyUnlikeQuotient } = module16;
const { baselineOf } = module18;
const { cellId, isOk, item, perSecond, targetOf } = module1;
function detailOf(table, cell, choice) {
const { cells } = table;
const group = item(cells.group, cell);
const title = `${targetOf(table, cell).name} · ${item(table.groups, group).title}`;
const baseline = baselineOf(table, group, choice);
const lines = isOk(table, cell) ? okLines(table, cell, baseline) : [line('State', item(cells.state, cell))];
const reason = item(cells.reason, cell);
const rounds = item(cells.rounds, cell).map((round, index) => ({
round: round + 1,
text: onceInThreeDigits(item(item(cells.medians, cell), index)),
}));
return {
title,
lines: [
...lines,
...(reason === null ? [] : [line('Reason', item(table.texts, reason))]),
...known('Parity error', item(cells.parity, cell), (share) => `${share.toPrecision(2)} of its tolerance`),
...item(cells.notes, cell).map((note) => line('Note', item(table.texts, note))),
],
rounds,
id: cellId(table, cell),
command: cellCommand(table, cell),
};
}
function cellCommand(table, cell) {
const { program, options, models } = table.command;
const { workload, mode, batch, length, threads } = item(table.groups, item(table.cells.group, cell));
const selection = models[workload] ?? `--workload ${quoted(workload)} --mode ${mode} --batch ${batch}`;
const target = targetOf(table, cell).name.replace(/~.*$/, '');
const words = [
program,
selection,
...(length === undefined ? [] : [`--length ${length}`]),
...(threads === undefined ? [] : [`--threads ${threads}`]),
`--targets ${quoted(target)}`,
options,
];
return words.filter(Boolean).join(' ');
}
function line(label, text) {
return { label, text };
}
function okLines(table, cell, baseline) {
const { cells } = table;
const percentiles = item(cells.percentiles, cell).map(([share, ...found]) => `p${100 * share} ${inline(duration(boundsOf(found)))}`);
return [
...(baseline === undefined ? [] : ratioLines(table, cell, baseline)),
line('Rank', rankText(table, cell).replace('rank ', '')),
...known('Time per iteration', item(cells.time, cell), (time) => inline(duration(boundsOf(time)))),
...known('Items per second', perSecond(table, cell), (found) => inline(rate(boundsOf(found)))),
...throughputLines(table, cell),
...(percentiles.length > 0 ? [line('Single iterations', percentiles.join(', '))] : []),
line('Samples', `${item(cells.samples, cell)} in ${item(cells.rounds, cell).length} processes`),
...known('Load', item(cells.loadNs, cell), once),
...known('First iteration', item(cells.firstNs, cell), once),
...known('CPU time per iteration', item(cells.cpuNs, cell), once),
...known('Peak memory', item(cells.peakBytes, cell), bytes),
];
}
function throughputLines({ cells }, cell) {
const found = item(cells.throughput, cell);
if (found === null)
return [];
const [submissions, ...rateOf] = found;
return [
line('Items per second as throughput', inline(rate(boundsOf(rateOf)))),
line('Throughput', `${submissions} submissions and one wait; the time per iteration has a wait in each`),
];
}
function known(label, value, textOf) {
return value === null ? [] : [line(label, textOf(value))];
}
function ratioLines(table, cell, baseline) {
const { name } = targetOf(table, baseline);
if (cell === baseline)
return [line('Ratio', 'the baseline')];
const ratio = ratioOf(table, cell, baseline);
const quotient = unlikeQuotient(table, cell, baseline, ratio);
return [
line(`Time ÷ ${name}`, `${inline(ratioQuantity(ratio))}${levelOf(table, ratio)}`),
line('Decision', decisionOf(table, cell, baseline, ratio)),
...known('Quotient of the times', quotient ?? null, (value) => {
return `${value.toPrecision(3)}×: ${whyUnlikeQuotient(table, cell, baseline)}`;
}),
];
}
function levelOf({ critical }, { level, rounds }) {
if (level === null)
return `, no interval from ${rounds} common rounds`;
return `, ${Math.round(100 * level)} % interval from ${rounds} common rounds (${critical[rounds]?.method})`;
}
function decisionOf(table, cell, baseline, ratio) {
const { name } = targetOf(table, baseline);
const standing = standingOf(table, cell, baseline, ratio);
const excludesOne = (ratio.low ?? 0) > 1 || (ratio.high ?? 2) < 1;
if (standing === 'tie')
return `not told apart from ${name}, and equal within ${100 * tieMargin} %`;
if (standing === 'undecided') {
const own = excludesOne ? ': its own interval excludes 1, all pairs looked at together do not' : '';
return `not told apart from ${name}${own}; more rounds would decide it`;
}
const chain = excludesOne ? '' : '; its own interval includes 1, targets between the two tell them apart';
return `${standing} than ${name}, by all pairs of this comparison at 5 %${chain}`;
}
function boundsOf([value, low, high]) {
return { value, low: low ?? null, high: high ?? null };
}
function detailMarkup({ title, lines, rounds, id, command }, folder) {
const facts = lines.map(({ label, text }) => markup `<div class="fact"><dt>${label}</dt><dd>${text}</dd></div>`);
const each = rounds.map(({ round, text }) => markup `<span class="round"><small class="round-number">${round}</small> ${text}</span> `);
const order = rounds.length > 0 ? markup `<p><b>Median of each round, in order:</b> ${each}</p>` : nothing;
return markup `<div class="bar"><h3 tabindex="-1">${title}</h3><button type="button" data-close>Close</button></div>
<dl class="facts">${facts}</dl>
${order}
<p>This cell alone: <code>${command}</code></p>
<p class="soft">Every sample is in <a href="${folder}results.json">results.json</a> and <a href="${folder}events.ndjson">events.ndjson</a> under <code>${id}</code>; <a href="${folder}logs/">logs</a> has what its processes printed.</p>`;
}
return { detailOf, cellCommand, boundsOf, detailMarkup };
})();
const module21 = (() => {

const number = (text) => ({ text, numeric: true });
return { number };
})();
const module22 = (() => {
const { duration, inline, ratio: ratioQuantity } = module12;
const { number } = module21;
const { boundsOf } = module20;
const { symbolOf } = module19;
const { ratioOf, standingOf } = module16;
const { comparedTargets, shownGroups } = module18;
const { cellAt, isOk, item } = module1;
function duelists(table, { duel }) {
if (duel !== null)
return duel;
const [first, second] = comparedTargets(table);
return first === undefined || second === undefined ? undefined : [first, second];
}
function duelOf(table, choice, [own, other]) {
const groups = shownGroups(table, choice);
const met = groups.flatMap((group) => metIn(table, group, own, other));
const { name } = item(table.targets, own);
const { name: against } = item(table.targets, other);
return {
summary: summaryOf(met, groups.length, name, against),
table: {
caption: `Time of ${name} ÷ time of ${against}: above 1× ${name} is slower`,
head: ['Comparison', name, against, 'Ratio', 'Decision'],
rows: met.map((one) => rowOf(table, one)),
},
};
}
function metIn(table, group, own, other) {
const [cell, against] = [cellAt(table, group, own), cellAt(table, group, other)];
if (!isOk(table, cell) || !isOk(table, against))
return [];
const ratio = ratioOf(table, cell, against);
return [{ group, cells: [cell, against], ratio, standing: standingOf(table, cell, against, ratio) }];
}
function summaryOf(met, shown, name, against) {
if (met.length === 0)
return `${name} and ${against} have no comparison in common.`;
const count = (standing) => met.filter((one) => one.standing === standing).length;
const open = met.length - count('faster') - count('slower');
const mean = Math.exp(met.reduce((sum, { ratio }) => sum + Math.log(ratio.value), 0) / met.length);
const overall = inline(ratioQuantity({ value: mean, low: null, high: null }));
return `${name} is faster in ${count('faster')}, slower in ${count('slower')} and not told apart from ${against} in ${open} of ${met.length} comparisons that both have (of ${shown} shown); the geometric mean of the ratios is ${overall}.`;
}
function rowOf({ groups, cells }, { group, cells: pair, ratio, standing }) {
const times = pair.map((cell) => {
const time = item(cells.time, cell);
return number(time === null ? '' : inline(duration(boundsOf(time))));
});
return {
heading: item(groups, group).title,
cells: [...times, number(inline(ratioQuantity(ratio))), { text: `${symbolOf(standing)} ${standing}` }],
};
}
return { duelists, duelOf };
})();
const module23 = (() => {
const { markup, nothing } = module13;
function matrixMarkup(view, isPlain = false) {
const workloads = view.workloads.map(({ title, span }) => markup `<th scope="colgroup" colspan="${span}">${title}</th>`);
const legend = view.legend.map(({ symbol, meaning }) => markup `<span><b aria-hidden="true">${symbol}</b> ${meaning}</span> `);
return markup `<table class="heat">
<caption>${view.caption}</caption>
<thead>
<tr><td></td><td></td>${workloads}</tr>
<tr>${headsMarkup(view)}</tr>
</thead>
<tbody>
${view.rows.map((row) => rowMarkup(row, isPlain ? plainCellMarkup : cellMarkup))}${view.folded.map((family) => foldedMarkup(family, view))}</tbody></table>
<p class="legend soft">${legend}<span>The paler, the less certain.</span></p>`;
}
function headsMarkup({ isFixed, targets, overall, columns }) {
const [target, mean] = [markup `Target`, markup `Overall<small>${overall.title}</small>`];
if (isFixed)
return [target, mean, ...columns.map(({ variant }) => markup `${variant}`)].map(fixedHead);
return [
sortable('target', targets.sorted, target),
sortable('overall', overall.sorted, mean),
...columns.map(columnMarkup),
];
}
function fixedHead(content) {
return markup `<th scope="col"><span class="fixed">${content}</span></th>`;
}
function sortable(name, sorted, content, style = '') {
const sort = sorted ? markup ` aria-sort="${sorted}"` : nothing;
const chosen = style ? markup ` class="${style}"` : nothing;
return markup `<th scope="col"${sort}${chosen}><button type="button" data-sort="${name}">${content}</button></th>`;
}
function columnMarkup({ group, variant, sorted, isChosen }) {
return sortable(group, sorted, markup `${variant}`, isChosen ? 'chosen' : '');
}
function rowMarkup({ name, device, look, overall, cells }, cellMarkupOf) {
const where = device ? markup ` <small>${device}</small>` : nothing;
return markup `<tr><th scope="row" title="${name}"><span class="look series-${look.series}" aria-hidden="true">${look.symbol}</span> ${name}${where}</th><td class="overall ${overall.heat}">${overall.text}</td>${cells.map(cellMarkupOf)}</tr>
`;
}
function cellMarkup({ slug, page = '', symbol, text, interval, style, label, hint }) {
const bounds = interval ? markup `<small>${interval}</small>` : nothing;
if (!slug) {
const shown = symbol
? markup `<span class="fixed" aria-hidden="true">${symbol} ${text}${bounds}</span>`
: nothing;
return markup `<td class="${style}">${shown}<span class="hidden">${label}</span></td>`;
}
return markup `<td class="${style}"><a href="${page}#${slug}" aria-label="${label}" title="${hint}"><span>${symbol} ${text}</span>${bounds}</a></td>`;
}
function plainCellMarkup({ symbol, text, interval, style }) {
const bounds = interval ? markup `<small>${interval}</small>` : nothing;
return markup `<td class="${style}">${symbol} ${text}${bounds}</td>`;
}
function foldedMarkup({ family, count }, { columns }) {
return markup `<tr class="script-row"><th scope="row" colspan="${columns.length + 2}"><button type="button" data-unfold="${family}" aria-expanded="false">▸ ${family}: ${count} folded</button></th></tr>
`;
}
return { matrixMarkup };
})();
const module24 = (() => {
const { counted, listed } = module5;
const { bytes, duration, inline, intervalText, once, ranksText, rate, ratio, throughputTitle, } = module12;
const { number } = module21;
const { boundsOf } = module20;
const { ratioOf, unlikeQuotient } = module16;
const { cellSlug, item, rankedCells, targetOf } = module1;
function numbersTable(table, group) {
const cells = rankedCells(table, group);
const [fastest] = cells;
if (fastest === undefined)
return null;
const remarks = cells.map((cell) => remarksOf(table, cell, fastest));
const hasRemarks = remarks.some((text) => text !== '');
const submissions = cells.flatMap((cell) => item(table.cells.throughput, cell)?.[0] ?? [])[0];
const time = submissions === undefined
? ['Time per iteration', '÷ fastest']
: ['Latency', '÷ fastest', `Items/s: ${throughputTitle(submissions)}`];
const further = ['CPU time', 'Load', 'First', 'Memory', 'Rounds'];
return {
caption: `${item(table.groups, group).title}: times and ratios with ${levelsText(table, cells)}`,
head: ['Target', 'Device', 'Rank', ...time, ...further, ...(hasRemarks ? ['Notes'] : [])],
rows: cells.map((cell, place) => {
const row = rowOf(table, cell, fastest, submissions !== undefined);
return hasRemarks ? { ...row, cells: [...row.cells, { text: item(remarks, place) }] } : row;
}),
};
}
function numbersSummary(table, group) {
const rounds = rankedCells(table, group).map((cell) => item(table.cells.rounds, cell).length);
const targets = counted(item(table.groups, group).ranked, 'target');
if (rounds.length === 0)
return targets;
const [least, most] = [Math.min(...rounds), Math.max(...rounds)];
return `${targets}, ${least === most ? '' : `${least} to `}${counted(most, 'round')}`;
}
function levelsText({ cells: { rounds }, critical }, cells) {
const texts = cells.map((cell) => {
const { length } = item(rounds, cell);
const made = critical[length] ?? null;
return intervalText(made?.level ?? null, made?.method, length);
});
return listed([...new Set(texts)], 'or');
}
function rowOf(table, cell, fastest, isQueued) {
const { cells } = table;
const { name, device } = targetOf(table, cell);
const [ranks, time] = [item(cells.ranks, cell), item(cells.time, cell)];
const text = (value, textOf) => number(value === null ? 'not known' : textOf(value));
return {
heading: name,
ids: [cellSlug(table, cell)],
of: [cell],
cells: [
{ text: device },
number(ranks ? ranksText(ranks) : ''),
number(time ? inline(duration(boundsOf(time))) : ''),
number(cell === fastest ? '1×' : inline(ratio(ratioOf(table, cell, fastest)))),
...(isQueued ? [number(throughputText(item(cells.throughput, cell)))] : []),
text(item(cells.cpuNs, cell), once),
text(item(cells.loadNs, cell), once),
text(item(cells.firstNs, cell), once),
text(item(cells.peakBytes, cell), bytes),
number(String(item(cells.rounds, cell).length)),
],
};
}
function throughputText(found) {
if (found === null)
return 'no queue';
const [, ...perSecond] = found;
return inline(rate(boundsOf(perSecond)));
}
function remarksOf(table, cell, fastest) {
const quotient = unlikeQuotient(table, cell, fastest, ratioOf(table, cell, fastest));
const own = item(table.cells.notes, cell).map((place) => item(table.texts, place));
const other = quotient === undefined ? [] : [`the quotient of the times is ${quotient.toPrecision(3)}×`];
return [...own, ...other].join('; ');
}
return { numbersTable, numbersSummary };
})();
const module25 = (() => {
const { item } = module1;
function packed({ cells, ...table }) {
const columns = Object.entries(cells).map(([name, column]) => [name, packedColumn(column)]);
return { ...table, cells: { count: cells.state.length, columns: Object.fromEntries(columns) } };
}
const maxDistinct = 0.5;
function packedColumn(column) {
const distinct = new Map();
const places = column.map((value) => {
const text = JSON.stringify(value);
const place = distinct.get(text) ?? distinct.size;
distinct.set(text, place);
return place;
});
const isRepetitive = distinct.size === 1 || distinct.size <= maxDistinct * column.length;
if (!isRepetitive || column.every((value) => Number.isInteger(value)))
return { each: column };
const values = [...distinct.keys()].map((text) => JSON.parse(text));
return values.length === 1 ? { values } : { values, places };
}
function unpacked({ cells, ...table }) {
const columns = Object.entries(cells.columns).map(([name, column]) => [
name,
unpackedColumn(column, cells.count),
]);
return { ...table, cells: Object.fromEntries(columns) };
}
function unpackedColumn(column, count) {
if ('each' in column)
return column.each;
const { values, places } = column;
return places ? places.map((place) => item(values, place)) : new Array(count).fill(item(values, 0));
}
return { packed, unpacked };
})();
const module26 = (() => {

const minLength = 40;
function referenced(value) {
const counts = new Map();
count(value, counts);
const places = new Map();
const parts = [];
const written = (each) => {
if (typeof each !== 'object' || each === null)
return each;
const text = JSON.stringify(each);
if ((counts.get(text) ?? 0) < 2)
return changed(each, written);
const known = places.get(text);
if (known !== undefined)
return { $: known };
const place = parts.push(null) - 1;
places.set(text, place);
parts[place] = changed(each, written);
return { $: place };
};
return { whole: written(value), parts };
}
function count(value, counts) {
if (typeof value !== 'object' || value === null)
return;
const text = JSON.stringify(value);
if (text.length < minLength)
return;
const before = counts.get(text) ?? 0;
counts.set(text, before + 1);
if (before > 0)
return;
for (const inner of Object.values(value))
count(inner, counts);
}
function changed(value, change) {
if (Array.isArray(value))
return value.map(change);
return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each)]));
}
function resolved({ parts, whole }) {
const known = new Map();
const read = (each) => {
if (typeof each !== 'object' || each === null)
return each;
if (!('$' in each))
return changed(each, read);
const place = Number(each.$);
if (!known.has(place))
known.set(place, read(parts[place]));
return known.get(place);
};
return read(whole);
}
return { referenced, resolved };
})();
const module27 = (() => {
const { baselineOf, comparedTargets } = module18;
const { item, rankedCells } = module1;
function sceneOf(table, choice) {
const { group, hiddenTargets } = choice;
const shown = new Set(comparedTargets(table).filter((target) => !hiddenTargets.has(target)));
const cells = rankedCells(table, group).filter((cell) => shown.has(item(table.cells.target, cell)));
if (cells.length === 0)
return undefined;
return {
table,
group,
title: item(table.groups, group).title,
cells,
baseline: baselineOf(table, group, choice),
};
}
return { sceneOf };
})();
const module28 = (() => {
const { markup, nothing } = module13;
function tableMarkup({ caption, head, rows }) {
const heads = head.map((text) => markup `<th scope="col">${text}</th>`);
return markup `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map(rowMarkup)}</tbody></table></div>`;
}
function rowMarkup({ heading, ids = [], of = [], cells }) {
const places = ids.map((id) => markup `<span id="${id}"></span>`);
const shownWith = of.length > 0 ? markup ` data-of="${of.join(' ')}"` : nothing;
return markup `<tr${shownWith}><th scope="row">${places}${heading}</th>${cells.map(cellMarkup)}</tr>
`;
}
function cellMarkup({ text, numeric, note, href }) {
const style = [numeric ? 'number' : '', note ?? ''].filter(Boolean).join(' ');
const content = href === undefined ? markup `${text}` : markup `<a href="${href}">${text}</a>`;
return style ? markup `<td class="${style}">${content}</td>` : markup `<td>${content}</td>`;
}
return { tableMarkup };
})();
const module29 = (() => {


return { choiceOf: module2.choiceOf, firstChoiceOf: module2.firstChoiceOf, hashOf: module2.hashOf, csvOf: module4.csvOf, detailMarkup: module20.detailMarkup, detailOf: module20.detailOf, duelists: module22.duelists, duelOf: module22.duelOf, matrixView: module19.matrixView, matrixMarkup: module23.matrixMarkup, numbersTable: module24.numbersTable, unpacked: module25.unpacked, resolved: module26.resolved, sceneOf: module27.sceneOf, familiesOf: module18.familiesOf, isShown: module18.isShown, cellSlug: module1.cellSlug, tableMarkup: module28.tableMarkup };
})();
const module30 = (() => {
const { chartConfig, timeLabels } = module14;
const drawnWidth = 600;
const base = {
$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
data: { name: 'rows' },
config: chartConfig,
width: drawnWidth,
};
const targetAxis = {
field: 'target',
type: 'nominal',
sort: null,
axis: { title: null, grid: false, ticks: false, domain: false, labelPadding: 6 },
};
const timeAxis = {
title: 'time per iteration (log scale)',
labelExpr: timeLabels,
tickCount: 4,
labelOverlap: 'greedy',
labelSeparation: 10,
};
const logScale = { type: 'log', padding: 12, nice: false };
return { drawnWidth, base, targetAxis, timeAxis, logScale };
})();
const module31 = (() => {
const { inline, ratio: ratioQuantity } = module12;
const { base, logScale, targetAxis } = module30;
const { number } = module21;
const { colourOf, lookOf } = module15;
const { symbolOf } = module19;
const { ratioOf, standingOf } = module16;
const { targetOf } = module1;
const decade = 10;
function specWith(scale, title) {
const x = { field: 'ratio', type: 'quantitative' };
const colour = { field: 'colour', type: 'nominal', scale: null };
return {
...base,
height: { step: 26 },
encoding: { y: targetAxis },
layer: [
{
mark: { type: 'bar', height: 14, opacity: 0.35 },
encoding: {
x: { ...x, scale, axis: { title, tickCount: 6, format: '~g' } },
x2: { field: 'start' },
color: colour,
},
},
{
mark: { type: 'rule', color: 'var(--ink-soft)', strokeDash: [4, 3] },
encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
},
{
mark: { type: 'rule', strokeWidth: 3, strokeCap: 'round' },
encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, color: colour },
},
{
mark: { type: 'point', filled: true, size: 70, opacity: 1 },
encoding: {
x,
color: colour,
shape: { field: 'shape', type: 'nominal', scale: null },
tooltip: [{ field: 'target' }, { field: 'text', title: 'ratio' }, { field: 'standing' }],
},
},
{
mark: { type: 'text', align: 'left', dx: 8 },
encoding: { x: { value: 'width' }, text: { field: 'text' } },
},
],
};
}
const title = '× the time of the baseline';
const chart = {
of: 'group',
kind: 'ratios',
place: 1,
section: {
id: 'ratios',
title: 'Ratios with intervals',
summary: 'each target against the baseline',
text: 'Time of each target divided by the baseline’s, from the rounds in which both ran; to the right of the line is slower.',
},
specs: {
linear: specWith({ zero: true, nice: false }, title),
log: specWith({ ...logScale, padding: 8 }, `${title} (log scale)`),
},
draw(scene) {
const { baseline, title } = scene;
if (scene.cells.length < 2 || baseline === undefined)
return null;
const found = ratiosOf(scene, baseline);
const ends = found.flatMap(({ ratio }) => [ratio.low ?? ratio.value, ratio.high ?? ratio.value]);
const isLog = Math.max(...ends) / Math.min(...ends) >= decade;
const against = targetOf(scene.table, baseline).name;
return {
spec: isLog ? 'log' : 'linear',
description: `Time of every target ÷ that of ${against}, with intervals: ${title}`,
rows: found.map(({ cell, ratio }) => rowOf(scene, cell, ratio, baseline, isLog ? 1 : 0)),
table: tableOf(scene, found, baseline),
};
},
};
const whole = chart;
function ratiosOf({ table, cells }, baseline) {
return cells
.map((cell) => ({ cell, ratio: ratioOf(table, cell, baseline) }))
.sort((a, b) => a.ratio.value - b.ratio.value);
}
function rowOf({ table }, cell, ratio, baseline, start) {
const { value, low, high } = ratio;
const standing = standingOf(table, cell, baseline, ratio);
const target = table.cells.target[cell] ?? 0;
return {
target: targetOf(table, cell).name,
ratio: value,
low: low ?? value,
high: high ?? value,
start,
text: `${symbolOf(standing)} ${textOf(cell, ratio, baseline)}`,
standing,
colour: colourOf(target),
shape: lookOf(target).shape,
};
}
function textOf(cell, ratio, baseline) {
return cell === baseline ? '1×' : inline(ratioQuantity(ratio));
}
function tableOf(scene, found, baseline) {
const { table, title } = scene;
return {
caption: `Against ${targetOf(table, baseline).name}: ${title}`,
head: ['Target', 'Ratio', 'Common rounds', 'Decision'],
rows: found.map(({ cell, ratio }) => ({
heading: targetOf(table, cell).name,
cells: [
number(textOf(cell, ratio, baseline)),
number(cell === baseline ? '' : String(ratio.rounds)),
{ text: standingOf(table, cell, baseline, ratio) },
],
})),
};
}
return { default: whole };
})();
const module32 = (() => {
const { duration, inline, onceInThreeDigits } = module12;
const { base, logScale, targetAxis, timeAxis } = module30;
const { number } = module21;
const { boundsOf } = module20;
const { colourOf, lookOf } = module15;
const { item, targetOf } = module1;
function percentileLayers(kind, side) {
const transform = [{ filter: `datum.kind === '${kind}'` }];
return [
{
transform,
mark: { type: 'rule', strokeWidth: 2, yOffset: 11 * side, color: 'var(--ink-soft)' },
encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
},
{
transform,
mark: { type: 'text', dy: 17 * side, fontSize: 10, color: 'var(--ink)' },
encoding: {
x: { field: 'ns', type: 'quantitative' },
text: { field: 'name' },
tooltip: [{ field: 'target' }, { field: 'name' }, { field: 'text', title: 'with its 95 % interval' }],
},
},
];
}
const spec = {
...base,
height: { step: 46 },
encoding: { y: targetAxis },
layer: [
{
transform: [{ filter: "datum.kind === 'iteration'" }],
mark: { type: 'tick', thickness: 1, opacity: 0.45, color: 'var(--ink-soft)', height: 20 },
encoding: { x: { field: 'ns', type: 'quantitative', scale: logScale, axis: timeAxis } },
},
{
transform: [{ filter: "datum.kind === 'round'" }],
mark: { type: 'point', filled: true, size: 55, opacity: 0.9 },
encoding: {
x: { field: 'ns', type: 'quantitative' },
color: { field: 'colour', type: 'nominal', scale: null },
shape: { field: 'shape', type: 'nominal', scale: null },
tooltip: [{ field: 'target' }, { field: 'text', title: 'median of the round' }, { field: 'round' }],
},
},
...percentileLayers('tail', -1),
...percentileLayers('median', 1),
],
};
const chart = {
of: 'group',
kind: 'rounds',
place: 3,
section: {
id: 'distributions',
title: 'Distributions by process',
summary: 'each process a point, with p50, p90 and p99',
text: 'Each point is one process: the median of its iterations in one round. The thin marks are single iterations, a few of each target, evenly chosen; p90 and p99 of all iterations stand above and p50 below, each with the line of its 95 % interval, where the samples support them. Intervals of times and ratios rest on the points, not on the marks.',
},
specs: { strips: spec },
draw: (scene) => ({
spec: 'strips',
description: `Median time of each process, above single iterations: ${scene.title}`,
rows: scene.cells.flatMap((cell) => rowsOf(scene, cell)),
table: tableOf(scene),
}),
};
const whole = chart;
const shares = [0.1, 0.5, 0.9, 0.99];
function rowsOf({ table: { cells, ...table } }, cell) {
const place = item(cells.target, cell);
const { name: target } = item(table.targets, place);
const [colour, shape] = [colourOf(place), lookOf(place).shape];
const rounds = item(cells.rounds, cell);
return [
...item(cells.marks, cell).map((ns) => ({ target, kind: 'iteration', ns: Math.max(1, ns) })),
...item(cells.medians, cell).map((ns, index) => ({
target,
kind: 'round',
ns,
round: item(rounds, index) + 1,
text: onceInThreeDigits(ns),
colour,
shape,
})),
...item(cells.percentiles, cell).flatMap(([share, ...found]) => share < 0.5 ? [] : [percentileRow(target, share, found)]),
];
}
function percentileRow(target, share, found) {
const { value, low, high } = boundsOf(found);
const text = inline(duration({ value, low, high }));
return {
target,
kind: share > 0.5 ? 'tail' : 'median',
name: `p${100 * share}`,
ns: Math.max(1, value),
low: Math.max(1, low ?? value),
high: Math.max(1, high ?? value),
text,
};
}
function tableOf({ table, title, cells }) {
return {
caption: `Single iterations of all processes, with 95 % intervals: ${title}`,
head: ['Target', ...shares.map((share) => `p${100 * share}`), 'Samples', 'Processes'],
rows: cells.map((cell) => ({
heading: targetOf(table, cell).name,
cells: [
...shares.map((share) => {
const found = item(table.cells.percentiles, cell).find(([known]) => known === share);
if (!found)
return { text: 'too few independent samples' };
const [, ...numbers] = found;
return number(inline(duration(boundsOf(numbers))));
}),
number(String(item(table.cells.samples, cell))),
number(String(item(table.cells.rounds, cell).length)),
],
})),
};
}
return { default: whole };
})();
const module33 = (() => {
const { once, onceInThreeDigits, percent } = module12;
const { base, targetAxis } = module30;
const { number } = module21;
const { item, targetOf } = module1;
const spec = {
...base,
height: { step: 26 },
mark: { type: 'point', filled: true, opacity: 0.9 },
encoding: {
y: targetAxis,
x: {
field: 'order',
type: 'quantitative',
scale: { zero: false, nice: false, padding: 8 },
axis: { title: 'turns of all targets, in order', tickCount: 5, tickMinStep: 1 },
},
color: { field: 'colour', type: 'nominal', scale: null },
shape: { field: 'shape', type: 'nominal', scale: null },
size: { field: 'size', type: 'quantitative', scale: null },
tooltip: [
{ field: 'target' },
{ field: 'round' },
{ field: 'startS', title: 'seconds since the run began' },
{ field: 'text', title: 'median of the turn' },
{ field: 'relative', title: 'relative to its median' },
],
},
};
const chart = {
of: 'group',
kind: 'sequence',
place: 4,
section: {
id: 'sequence',
title: 'Run sequence',
summary: 'every turn in order: what drifts, and what all share',
text: 'Every turn in the order in which it was measured. A triangle points up where it took longer than its target’s own median, and down where less long; the larger, the further off, up to half as long again. What all targets share at one moment is the machine’s, and cancels in the ratios.',
},
specs: { strips: spec },
draw(scene) {
const orders = ordersOf(scene);
return {
spec: 'strips',
description: `Turns in the order of time, relative to each target’s median: ${scene.title}`,
rows: scene.cells.flatMap((cell) => rowsOf(scene, cell, orders)),
table: tableOf(scene),
};
},
};
const whole = chart;
const smallest = 14;
const largest = 220;
const farthest = Math.log(1.5);
const nearby = Math.log(1.02);
function ordersOf({ table, cells }) {
const starts = cells.flatMap((cell) => item(table.cells.turns, cell).map(([, startMs]) => startMs));
return new Map(starts.sort((a, b) => a - b).map((startMs, index) => [startMs, index + 1]));
}
function rowsOf({ table }, cell, orders) {
const { name: target } = targetOf(table, cell);
const time = item(table.cells.time, cell)?.[0] ?? 1;
return item(table.cells.turns, cell).map(([round, startMs, ns]) => {
const deviation = Math.log(Math.max(1, ns) / time);
const share = Math.min(1, Math.abs(deviation) / farthest);
const isNear = Math.abs(deviation) < nearby;
return {
target,
round: round + 1,
startS: startMs / 1000,
order: orders.get(startMs) ?? 0,
relative: percent(ns / time),
text: onceInThreeDigits(ns),
size: smallest + share * (largest - smallest),
shape: isNear ? 'circle' : deviation > 0 ? 'triangle-up' : 'triangle-down',
colour: isNear ? 'var(--ink-soft)' : deviation > 0 ? 'var(--slow)' : 'var(--fast)',
};
});
}
function tableOf({ table, title, cells }) {
const rounds = [...new Set(cells.flatMap((cell) => item(table.cells.rounds, cell)))].sort((a, b) => a - b);
return {
caption: `Median of each round: ${title}`,
head: ['Round', ...cells.map((cell) => targetOf(table, cell).name)],
rows: rounds.map((round) => ({
heading: String(round + 1),
cells: cells.map((cell) => {
const ns = item(table.cells.medians, cell)[item(table.cells.rounds, cell).indexOf(round)];
return number(ns === undefined ? '–' : once(ns));
}),
})),
};
}
return { default: whole };
})();
const module34 = (() => {
const { once } = module12;
const { base, logScale, targetAxis, timeAxis } = module30;
const { number } = module21;
const { colourOf } = module15;
const { item, targetOf } = module1;
const { seriesShapes } = module14;
const phases = {
spawn: (table, cell) => targetOf(table, cell).spawnNs,
import: (table, cell) => targetOf(table, cell).importNs,
load: ({ cells }, cell) => item(cells.loadNs, cell),
first: ({ cells }, cell) => item(cells.firstNs, cell),
steady: ({ cells }, cell) => item(cells.time, cell)?.[0] ?? null,
};
const names = Object.keys(phases);
const spec = {
...base,
height: { step: 26 },
mark: { type: 'point', filled: true, size: 80, opacity: 0.95 },
encoding: {
y: targetAxis,
x: {
field: 'ns',
type: 'quantitative',
scale: logScale,
axis: { ...timeAxis, title: 'duration (log scale)' },
},
color: { field: 'colour', type: 'nominal', scale: null },
shape: {
field: 'phase',
type: 'nominal',
scale: { domain: names, range: seriesShapes.slice(0, names.length) },
legend: { columns: 3, symbolFillColor: 'var(--ink-soft)', symbolStrokeColor: 'var(--ink-soft)' },
},
tooltip: [{ field: 'target' }, { field: 'phase' }, { field: 'text', title: 'duration' }],
},
};
const chart = {
of: 'group',
kind: 'phases',
place: 5,
section: {
id: 'phases',
title: 'Phases',
summary: 'start, import, load, first iteration',
text: 'What a user waits for before the steady state: starting the process, importing the framework, loading the model, the first iteration. Load and first iteration are those of processes that had loaded nothing before.',
},
specs: { points: spec },
draw(scene) {
const observed = scene.cells.map((cell) => observe(scene, cell));
return {
spec: 'points',
description: `Duration of each phase: ${scene.title}`,
rows: observed.flatMap(rowsOf),
table: tableOf(scene.title, observed),
};
},
};
const whole = chart;
function observe({ table }, cell) {
return {
target: targetOf(table, cell).name,
colour: colourOf(item(table.cells.target, cell)),
phases: Object.entries(phases).map(([phase, read]) => ({ phase, ns: read(table, cell) })),
};
}
function rowsOf({ target, colour, phases: observed }) {
return observed.flatMap(({ phase, ns }) => ns === null ? [] : [{ target, colour, phase, ns: Math.max(1, Math.round(ns)), text: once(ns) }]);
}
function tableOf(title, observed) {
return {
caption: `Phases: ${title}`,
head: ['Target', ...names],
rows: observed.map(({ target, phases: own }) => ({
heading: target,
cells: own.map(({ ns }) => number(ns === null ? 'not known' : once(ns))),
})),
};
}
return { default: whole };
})();
const module35 = (() => {
const { bytes } = module12;
const { base, targetAxis } = module30;
const { number } = module21;
const { colourOf } = module15;
const { item, targetOf } = module1;
const spec = {
...base,
height: { step: 26 },
encoding: {
y: targetAxis,
x: { field: 'mebibytes', type: 'quantitative', axis: { title: 'MiB', tickCount: 5 } },
},
layer: [
{
mark: { type: 'bar', height: 14 },
encoding: { color: { field: 'colour', type: 'nominal', scale: null } },
},
{ mark: { type: 'text', align: 'left', dx: 5 }, encoding: { text: { field: 'text' } } },
],
};
const chart = {
of: 'group',
kind: 'memory',
place: 6,
section: {
id: 'memory',
title: 'Memory',
summary: 'highest resident set of each',
text: 'Highest resident set of a process that had loaded this cell only, after its warm-up; runtime and framework are in it.',
},
specs: { bars: spec },
draw: (scene) => ({
spec: 'bars',
description: `Highest resident set of a process of its own: ${scene.title}`,
rows: scene.cells.flatMap((cell) => rowOf(scene, cell)),
table: tableOf(scene),
}),
};
const whole = chart;
function rowOf({ table }, cell) {
const peak = item(table.cells.peakBytes, cell);
if (peak === null)
return [];
const colour = colourOf(item(table.cells.target, cell));
return [
{ target: targetOf(table, cell).name, mebibytes: Math.round(peak / 2 ** 20), text: bytes(peak), colour },
];
}
function tableOf({ table, title, cells }) {
return {
caption: `Peak memory: ${title}`,
head: ['Target', 'Peak resident set'],
rows: cells.map((cell) => {
const peak = item(table.cells.peakBytes, cell);
return {
heading: targetOf(table, cell).name,
cells: [number(peak === null ? 'not known' : bytes(peak))],
};
}),
};
}
return { default: whole };
})();
const linked = { interpreter: module0, page: module29, chart0: module31, chart1: module32, chart2: module33, chart3: module34, chart4: module35 };
/**
 * Common to all pages: the theme, drawings that follow the window, tables in print. The page's own script follows in the
 * same module, and the modules of the project come before it.
 */
const root = document.documentElement;

// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function isDark() {
  return root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}

/**
 * The drawing made beforehand stays until the new one is ready, and for good where that fails. Expressions are interpreted: a page
 * may be under a policy that forbids to compile them. It is drawn at once, since printing waits for nothing.
 */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function embed(chart, spec, rows) {
  const fresh = document.createElement('div');
  const old = [...chart.childNodes];
  chart.append(fresh);
  const data = spec.data.map((set) =>
    set.name === 'rows' ? { ...set, values: rows.map((row) => ({ ...row })) } : set,
  );
  try {
    const view = new window.vega.View(window.vega.parse({ ...spec, data }, undefined, { ast: true }), {
      renderer: 'svg',
      container: fresh,
      hover: true,
      expr: linked.interpreter.expressionInterpreter,
      // A warning of the drawing library helps no reader.
      logLevel: window.vega.Error,
    });
    view.run();
    // The figure has the description, and a table follows it.
    fresh.querySelector('svg')?.setAttribute('aria-hidden', 'true');
    chart.view?.finalize();
    chart.view = view;
    chart.classList.add('alive');
    for (const node of old) node.remove();
  } catch (error) {
    fresh.remove();
    console.error(error);
  }
}

/** Each drawing once it comes near the window. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function drawWhenNear(draw) {
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        draw(target);
      }
    },
    { rootMargin: '400px' },
  );
  for (const chart of document.querySelectorAll('.chart')) watcher.observe(chart);
}

/** What is printed hides no table and has every drawing; afterwards it is as it was. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function printWhole(draw) {
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open], .picker)')];
    for (const details of opened) details.open = true;
    for (const chart of document.querySelectorAll('.chart:not(.alive)')) draw(chart);
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
}

/**
 * Makes the page interactive: matrix, charts and details follow what the reader chooses, which stands in the URL's hash. What is
 * shown is computed by the modules of `page/`; everything is readable without it.
 */
const { interpreter: _, page, ...figures } = linked;
const { folder, sweeps: referencedSweeps, table: packed, scripted } = await readData();
const [specs, sweeps] = [referencedSpecs, referencedSweeps].map(page.resolved);
for (const place of document.querySelectorAll('[data-scripted]'))
  place.outerHTML = scripted[place.dataset.scripted];
const table = page.unpacked(packed);
const charts = new Map(Object.values(figures).map((module) => [module.default.kind, module.default]));
const controls = document.getElementById('controls');
const heat = document.getElementById('heat');
const detail = document.getElementById('detail');
const groupChoice = document.querySelector('select[name=group]');
const duel = document.getElementById('duel');
let choice = page.choiceOf(table, location.hash);

/** Pages of several have it compressed. */
async function readData() {
  const { type, textContent: text } = document.getElementById('data');
  if (type === 'application/json') return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text());
}

/** @param entry whether going back leads to what was shown before */
function choose(changes, entry = false) {
  choice = { ...choice, ...changes };
  const hash = page.hashOf(table, choice);
  const url = hash || location.pathname + location.search;
  if (entry) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  show();
}

function show() {
  showMatrix();
  showControls();
  showDetail();
  showFiltered();
  showDuel();
  const { title } = table.groups[choice.group] ?? { title: '' };
  for (const element of document.querySelectorAll('.chosen-title')) element.textContent = title;
  if (groupChoice) groupChoice.value = String(choice.group);
  for (const chart of document.querySelectorAll('.chart.alive')) draw(chart);
  showTheme();
}

function showMatrix() {
  const focused = heat.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const view = page.matrixView(table, choice);
  heat.innerHTML = page.matrixMarkup(view).text;
  document.getElementById('status').textContent = view.status;
  for (const link of heat.querySelectorAll('td a')) link.tabIndex = -1;
  const again = focused && [...heat.querySelectorAll('a, button')].find((one) => keyOf(one) === focused);
  const entry = (again?.matches('td a') && again) || heat.querySelector('td a');
  if (entry) entry.tabIndex = 0;
  again?.focus();
}

/** What an element of the matrix is, when the matrix is made again. */
function keyOf(element) {
  return element.getAttribute('href') ?? JSON.stringify({ ...element.dataset });
}

function showControls() {
  controls.elements.namedItem('baseline').value = choice.baseline === null ? '' : String(choice.baseline);
  for (const box of controls.querySelectorAll('.choices input')) {
    box.checked = !hiddenOf(box.dataset.of).has(Number(box.value));
  }
  for (const button of document.querySelectorAll('#families button')) {
    const targets = page.familiesOf(table).get(button.value);
    button.setAttribute('aria-pressed', String(targets.some((one) => !choice.hiddenTargets.has(one))));
  }
}

function hiddenOf(what) {
  return what === 'targets' ? choice.hiddenTargets : choice.hiddenGroups;
}

function showDetail() {
  detail.hidden = choice.cell === null;
  detail.innerHTML =
    choice.cell === null ? '' : page.detailMarkup(page.detailOf(table, choice.cell, choice), folder).text;
}

/** What is chosen holds for every section. */
function showFiltered() {
  for (const block of document.querySelectorAll('[data-group]')) {
    block.hidden = choice.hiddenGroups.has(Number(block.dataset.group));
  }
  for (const row of document.querySelectorAll('tr[data-of]')) {
    row.hidden = !row.dataset.of.split(' ').some((cell) => page.isShown(table, Number(cell), choice));
  }
  for (const option of groupChoice?.options ?? []) {
    option.hidden = choice.hiddenGroups.has(Number(option.value));
  }
}

function showDuel() {
  const two = page.duelists(table, choice);
  duel.hidden = !two;
  if (!two || !duel.open) return;
  duel.querySelector('select[name=own]').value = String(two[0]);
  duel.querySelector('select[name=other]').value = String(two[1]);
  const found = page.duelOf(table, choice, two);
  duel.querySelector('.duel-summary').textContent = found.summary;
  duel.querySelector('.duel-table').innerHTML = page.tableMarkup(found.table).text;
}

/** Of a page of several, whose tables are made when they are asked for. */
function fillTables() {
  for (const place of document.querySelectorAll('[data-sweep-table]:empty')) {
    place.innerHTML = page.tableMarkup(sweeps[place.dataset.sweepTable].table).text;
  }
  for (const place of document.querySelectorAll('[data-numbers]:empty')) {
    const numbers = page.numbersTable(table, Number(place.dataset.numbers));
    place.innerHTML = numbers ? page.tableMarkup(numbers).text : '<p>No target has a result.</p>';
  }
  showFiltered();
}

function showTheme() {
  if (choice.theme) root.dataset.theme = choice.theme;
  else delete root.dataset.theme;
  document.getElementById('theme').textContent = isDark() ? 'Light' : 'Dark';
}

/** Names of targets that are not shown. */
function hiddenNames() {
  return new Set([...choice.hiddenTargets].map((target) => table.targets[target]?.name));
}

function draw(chart) {
  const sweep = sweeps[chart.dataset.sweep];
  if (sweep) {
    const hidden = hiddenNames();
    return embed(
      chart,
      sweep.spec,
      sweep.rows.filter(({ target }) => !hidden.has(target)),
    );
  }
  const scene = page.sceneOf(table, choice);
  const drawn = scene && charts.get(chart.dataset.chart)?.draw(scene);
  const tables = chart.closest('figure').querySelector('.chart-table');
  if (!drawn?.rows.length) {
    chart.view?.finalize();
    chart.view = undefined;
    chart.removeAttribute('role');
    chart.replaceChildren(
      scene?.baseline === undefined
        ? 'Nothing to draw: the baseline has no result here.'
        : 'Nothing to draw: too few results.',
    );
    chart.classList.add('alive');
    if (tables) tables.replaceChildren();
    return;
  }
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', drawn.description);
  if (tables) tables.innerHTML = page.tableMarkup(drawn.table).text;
  embed(chart, specs[chart.dataset.chart][drawn.spec], drawn.rows);
}

/** What a chart shows, in Vega-Lite with its data; undefined where it shows nothing. */
function sourceOf(chart) {
  const sweep = sweeps[chart.dataset.sweep];
  if (sweep) return { source: sweep.source, rows: sweep.rows };
  const figure = charts.get(chart.dataset.chart);
  const scene = page.sceneOf(table, choice);
  const drawn = scene && figure?.draw(scene);
  return drawn?.rows.length ? { source: figure.specs[drawn.spec], rows: drawn.rows } : undefined;
}

/** Colours of the page are names that nobody else knows. */
function withColours(text) {
  const style = getComputedStyle(root);
  return text.replaceAll(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
}

/** As a file of its own, on the page's ground. */
function svgOf(chart) {
  const copy = chart.querySelector('svg').cloneNode(true);
  const [, , width, height] = copy.getAttribute('viewBox').split(' ').map(Number);
  copy.removeAttribute('aria-hidden');
  copy.setAttribute('width', width);
  copy.setAttribute('height', height);
  copy.setAttribute('font-family', 'system-ui, sans-serif');
  copy.setAttribute('font-size', '12px');
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of [
    ['width', width],
    ['height', height],
    ['fill', 'var(--paper)'],
  ])
    ground.setAttribute(name, value);
  copy.prepend(ground);
  return { width, height, text: withColours(new XMLSerializer().serializeToString(copy)) };
}

/** Twice as fine as on a plain screen. */
const pngScale = 2;

async function savePng(file, { width, height, text }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * pngScale, height * pngScale];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => saveBlob(`${file}.png`, blob), 'image/png');
}

function saveChart(chart, format) {
  const file = `${name}-${chart.dataset.chart ?? chart.dataset.sweep}`;
  const shown = sourceOf(chart);
  if (!shown || !chart.querySelector('svg')) return;
  if (format === 'SVG') return download(`${file}.svg`, 'image/svg+xml', svgOf(chart).text);
  if (format === 'PNG') return savePng(file, svgOf(chart));
  const spec = { ...shown.source, data: { values: shown.rows } };
  download(`${file}.vl.json`, 'application/json', withColours(JSON.stringify(spec, null, 2)));
}

/** Beside every chart, since only scripts can do it. */
function addSaving() {
  for (const chart of document.querySelectorAll('.chart')) {
    const row = document.createElement('p');
    row.className = 'saving soft';
    row.append('Save as ');
    for (const format of ['SVG', 'PNG', 'Vega-Lite']) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = format;
      button.setAttribute('aria-label', `Save the chart as ${format}`);
      button.addEventListener('click', () => saveChart(chart, format));
      row.append(button, ' ');
    }
    chart.after(row);
  }
}

/** Adds to one of the sets of what is hidden, or takes from it. */
function hide(what, places, isHidden) {
  const hidden = new Set(hiddenOf(what));
  for (const place of places) {
    if (isHidden) hidden.add(place);
    else hidden.delete(place);
  }
  choose(what === 'targets' ? { hiddenTargets: hidden } : { hiddenGroups: hidden });
}

function sortBy(text) {
  const group = Number(text);
  const sort = text === 'target' || text === 'overall' ? text : { group };
  const isSame = JSON.stringify(sort) === JSON.stringify(choice.sort);
  const chosen = typeof sort === 'object' ? { group } : {};
  choose({ sort, descending: isSame && !choice.descending, ...chosen });
}

function openCell(link) {
  const { group, cell } = page.choiceOf(table, link.getAttribute('href'));
  choose({ group, cell }, true);
  detail.querySelector('h3')?.focus();
  detail.scrollIntoView({ block: 'nearest' });
}

function closeDetail() {
  const slug = choice.cell === null ? '' : `#${page.cellSlug(table, choice.cell)}`;
  choose({ cell: null });
  heat.querySelector(`a[href="${CSS.escape(slug)}"], a[href="${slug}"]`)?.focus();
}

/** From cell to cell by the arrow keys: only one of them is a stop of the tab key. */
function move(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const place = event.target.closest?.('td')?.cellIndex;
  let row = event.target.closest?.('tr');
  if (!steps || place === undefined || !event.target.matches('td a')) return;
  event.preventDefault();
  let column = place;
  do {
    column += steps[1];
    if (steps[0]) row = steps[0] < 0 ? row.previousElementSibling : row.nextElementSibling;
  } while (row?.cells[column] && !row.cells[column].querySelector('a'));
  const next = row?.cells[column]?.querySelector('a');
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function download(file, type, text) {
  saveBlob(file, new Blob([text], { type }));
}

function saveBlob(file, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}

function listen() {
  controls.addEventListener('submit', (event) => event.preventDefault());
  controls.addEventListener('change', ({ target }) => {
    if (target.name === 'baseline') choose({ baseline: target.value === '' ? null : Number(target.value) });
    if (target.type === 'checkbox') hide(target.dataset.of, [Number(target.value)], !target.checked);
  });
  controls.addEventListener('input', ({ target }) => {
    if (target.type !== 'search') return;
    const wanted = target.value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean);
    for (const label of target.closest('.picker').querySelectorAll('.choices label')) {
      const text = label.textContent.toLowerCase();
      label.hidden = wanted.length > 0 && !wanted.some((word) => text.includes(word));
    }
  });
  document.getElementById('families')?.addEventListener('click', ({ target }) => {
    if (target.value)
      hide('targets', page.familiesOf(table).get(target.value), target.ariaPressed === 'true');
  });
  document.getElementById('reset').addEventListener('click', () => {
    choose({ ...page.firstChoiceOf(table), theme: choice.theme, group: choice.group });
  });
  groupChoice?.addEventListener('change', () => choose({ group: Number(groupChoice.value), cell: null }));
  heat.addEventListener('keydown', move);
  heat.addEventListener('click', ({ target }) => {
    const { sort, unfold } = target.closest('button')?.dataset ?? {};
    if (sort) sortBy(sort);
    if (unfold) hide('targets', page.familiesOf(table).get(unfold), false);
  });
  detail.addEventListener('click', ({ target }) => target.closest('[data-close]') && closeDetail());
  detail.addEventListener('keydown', ({ key }) => key === 'Escape' && closeDetail());
  duel.addEventListener('toggle', showDuel);
  duel.addEventListener('submit', (event) => event.preventDefault());
  duel.addEventListener('change', () => {
    const two = ['own', 'other'].map((side) => Number(duel.querySelector(`select[name=${side}]`).value));
    choose({ duel: two });
  });
  document.getElementById('numbers').addEventListener('toggle', fillTables);
  document.getElementById('scaling')?.addEventListener('toggle', fillTables);
  addEventListener('hashchange', follow);
  addEventListener('popstate', follow);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
  document.addEventListener('click', ({ target }) => closePickers(target));
  controls.addEventListener('keydown', ({ key }) => key === 'Escape' && closePickers(null));
  document.addEventListener('click', followLink);
  document
    .getElementById('theme')
    .addEventListener('click', () => choose({ theme: isDark() ? 'light' : 'dark' }));
}

/** What lies over the matrix goes when the reader turns to something else. */
function closePickers(except) {
  for (const picker of controls.querySelectorAll('.picker[open]')) {
    if (!picker.contains(except)) picker.open = false;
  }
}

function follow() {
  choice = page.choiceOf(table, location.hash);
  show();
}

/** A link to a cell opens its details; one to a section would overwrite the choice in the hash. */
function followLink(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  if (heat.contains(link)) return openCell(link);
  const section = document.getElementById(link.getAttribute('href').slice(1));
  if (section?.matches('details')) section.open = true;
  section?.scrollIntoView();
}

const name = `touchstone-${table.run}`.replaceAll(/[^\w-]+/g, '-');
document
  .getElementById('download-json')
  .addEventListener('click', () => download(`${name}.json`, 'application/json', JSON.stringify(table)));
document
  .getElementById('download-csv')
  .addEventListener('click', () => download(`${name}.csv`, 'text/csv', page.csvOf(table)));

listen();
addSaving();
show();
if (choice.duel) duel.open = true;
drawWhenNear(draw);
printWhole(draw);
// After what was folded is open, and before it is printed.
addEventListener('beforeprint', () => {
  fillTables();
  showDuel();
});
// Without scripts a link to a cell leads to its row; with them to its details.
for (const place of document.querySelectorAll('th > span[id]')) place.removeAttribute('id');
if (choice.cell !== null) {
  for (const fold of document.querySelectorAll('.fold[open]')) fold.open = false;
  addEventListener('load', () => detail.scrollIntoView({ block: 'center' }));
}

})();