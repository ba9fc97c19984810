// What the page says, in English and in Chinese. An element with data-say shows the words of that name.

const english = {
  language: "中文", tagline: "A photo and a sentence become a short clip, on this machine.",
  photo: "Photo", drop: "Drop a photo here", dropHow: "or click to choose one, or paste it",
  pictureHow: "Click on the subject to name it; drag to say where it goes.", unmark: "Clear marks", remove: "Other photo",
  prompt: "What should happen?", placeholder: "the camera slowly zooms in while the cup bounces",
  camera: "Camera moves", shape: "Shape", asPhoto: "as the photo", quality: "Size", small: "small", medium: "medium", large: "large",
  seconds: "Seconds", lasting: (s) => `${s}\u00a0s`, rate: (fps) => `${fps} fps`, variants: "Variants", seed: "Seed", model: "Model", go: "Make the clip",
  byItself: "by itself", moreWishes: "More wishes", negative: "What should not be seen", last: "A picture to end with", mask: "The subject of the photo, white on black",
  motion: "Strength of motion", guidance: "Closeness to the words", steps: "Steps", fps: "Frames a second", keep: "Keep the best", lora: "LoRA",
  goOn: "Go on from its end", goesOn: (prompt) => (prompt ? `Goes on from “${prompt}”.` : "Goes on from an earlier clip."), notEarlier: "Begin anew", fit: "Fits the words",
  needsPhoto: "Drop a photo first: the model here moves photos, it does not draw.",
  gallery: "Your clips", search: "Search", more: "More", examples: "Try one of these", notFound: "Nothing found.",
  estimate: (e) => `about ${Math.max(1, Math.round(e.seconds))} s and ${(e.memory_bytes / 1e9).toFixed(1)} GB · ${e.width} × ${e.height}`,
  unknown: (word) => `“${word}” is not known.`, near: "Did you mean", impossible: (word, why) => `“${word}” cannot be done, as ${why}.`,
  queued: (ahead) => (ahead ? `Waiting: ${ahead} before this one.` : "Starting…"), working: "Being made…", left: (s) => `about ${Math.max(1, Math.round(s))} s left`,
  stages: { load: "Load", condition: "Understand", sample: "Imagine", decode: "Draw", raise: "Enlarge", encode: "Write" },
  cancel: "Cancel", cancelled: "Cancelled.", failed: "It did not work", pick: (n) => `Variant ${n}`, download: "Download",
  again: "Same settings again", edit: "Change it", remove_clip: "Delete", show: "Show", sure: "Delete this clip for good?",
  understood: "Understood", noted: "Note", settings: "Settings", run: "Make it myself", stillness: "stillness", meaning: (name) => name,
  compare: "Compare the three families", comparison: "Comparison", playAll: "Play all from the start", formats: { mp4: "MP4", gif: "GIF", html: "page" },
  verdicts: { followed: "Followed", not_followed: "Not followed", not_read: "Not read" },
  score: (right, of, unread) => `${right} of ${of} followed${unread ? `, ${unread} not read` : ""}`,
  sampling: "Sampling", sampled: (s, steps) => `${s.toFixed(2)} s, ${steps} step${steps === 1 ? "" : "s"}`,
  whole: "Whole clip", loading: (s, load) => `${s.toFixed(2)} s (loading ${load.toFixed(2)} s more)`, memory: "Peak memory", weights: "Weights",
  attention: "Which words each moment attends to", looking: "Drawing the clip once more, to see what it looks at…",
  attentionHow: "Above, moments of the clip; below them a row for each word, bright where and when the clip attends to it most.",
  unreachable: "The server does not answer. Is `mutoscope studio` still running?",
  between: (name, low, high) => `${name}: from ${low} to ${high}.`,
  told: ({ message }) => message, note: (note) => note, verdict: (said) => said, // the server speaks English
};

const moves = {
  camera: "镜头", subject: "主体", slow: "慢", fast: "快", little: "幅度小", much: "幅度大",
  "pan left": "左摇", "pan right": "右摇", "tilt up": "上摇", "tilt down": "下摇", "zoom in": "推近", "zoom out": "拉远",
  "roll clockwise": "顺时针滚转", "roll counterclockwise": "逆时针滚转", "orbit left": "向左环绕", "orbit right": "向右环绕", shake: "晃动",
  "move left": "向左移动", "move right": "向右移动", "move up": "向上移动", "move down": "向下移动",
  "move up left": "向左上移动", "move up right": "向右上移动", "move down left": "向左下移动", "move down right": "向右下移动",
  rise: "上升", fall: "下落", float: "漂浮", "drift left": "向左飘", "drift right": "向右飘", bounce: "弹跳", sway: "摇摆",
  first: "第一个", second: "第二个", third: "第三个", circle: "圆形", square: "方形", triangle: "三角形", star: "星形", heart: "心形",
  red: "红色", orange: "橙色", yellow: "黄色", green: "绿色", blue: "蓝色", purple: "紫色", pink: "粉色", brown: "棕色", black: "黑色", white: "白色",
  small: "小", medium: "中等", big: "大", normal: "不快不慢", "does stand": "不动", "does move": "移动", "does roll": "滚动", "does bounce": "弹跳", "does spin": "旋转",
  "does grow": "变大", "does shrink": "缩小", "does rise": "上升", "does fall": "下落", "does zigzag": "曲折前进", "does circle": "绕圈", "does float": "漂浮",
  "goes left": "向左", "goes right": "向右", "goes up": "向上", "goes down": "向下",
  "goes up left": "向左上", "goes up right": "向右上", "goes down left": "向左下", "goes down right": "向右下",
  "spin clockwise": "顺时针旋转", "spin counterclockwise": "逆时针旋转", grow: "变大", shrink: "缩小", pulse: "脉动", ripple: "泛起涟漪",
};

const example = "例如“镜头慢慢推近”";

// What the server refuses, by its code; what has no words here is told in the server's own.
const refusals = {
  empty_prompt: () => `请写下要发生什么，${example}。`,
  unknown_words: () => "这句话里没有认识的词。有照片时试试“镜头慢慢推近”，没有照片时试试“一个蓝色的星星向左移动”。",
  no_motion: () => `这句话没有说要怎么动。请说出镜头或主体的一个动作，${example}。`,
  impossible_motion: () => `请换一个做得到的动作，${example}。`,
  no_photo: () => chinese.needsPhoto,
  unreadable_photo: () => "这个文件不是完整的照片，读不出来。请换成 JPEG、PNG 或 WebP。",
  photo_too_large: () => "照片太大了，请先缩小。", photo_too_small: () => "照片太小了，请换一张大一些的。",
  other_shape: () => "这个模型画不出这种形状，请选 1:1。", too_long: () => "这个模型一次画不了这么长。请减少秒数，之后再“从结尾继续”。",
  clip_too_large: () => "这段短片太大了。请选小一点的大小、更少的秒数，或更低的每秒帧数。",
  not_taken: () => "这个模型用不上其中一项设置。请在“更多设置”里清空它，或者换一个模型。",
  queue_full: () => "排队的任务太多了，请过一会儿再试。", timeout: () => "用的时间太长，已经停下。请少要一些。",
  too_large: () => "发送的文件太大了，请换小一点的照片。", disk_full: () => "服务器的硬盘满了。请腾出空间，或删除一些短片，再试一次。",
  table_locked: () => "另一个程序正占用服务器的任务表，请稍后再试。", not_found: () => "找不到了，可能已经被删除。",
  flat_mask: () => "这张主体图全黑或全白。请把主体涂成白色，其余涂成黑色。",
  unknown_lora: () => "服务器上没有这个 LoRA。请换一个名字，或清空“LoRA”一项。",
  out_of_memory: () => "内存不够。请选小一点的大小、更少的秒数，或更低的每秒帧数。",
  worker_died: () => "生成的进程两次中途退出。如果是内存不够，请选小一点的大小、更少的秒数，或更低的每秒帧数。",
};

// What a clip's manifest notes, by how the note begins; notes that tell a size, by all that they say.
const sizes = {
  "its ends are cut off, as it is very long": "照片太长，两头裁掉了", "the photo is very small": "照片太小，放大了",
  "a video needs even sides": "视频的边长必须是偶数",
};
const sized = [
  [/^The size (\S+) became (\S+): .*$/, (size, became) => `大小 ${size} 改成了 ${became}：${sizes["a video needs even sides"]}。`],
  [/^The photo is (\S+) and the clip (\S+): (.+)\.$/, (photo, clip, why) => `照片是 ${photo}，短片是 ${clip}：${sizes[why] ?? why}。`],
];
const notes = {
  "The subject was found without certainty": "没有把握找准主体。如果主体是别的，在照片上点一下。",
  "What is behind the subject is too much": "主体背后的样子太难猜，所以不抠出来：照片围着它柔和地弯动，动得小一些。",
  "The photo is bent softly around its subject, so": "照片围着主体柔和地弯动，所以箭头只走得了一部分。给主体涂一个遮罩，只要猜得出它背后是什么，就会单独抠出来，动得更远。",
  "The photo is bent softly around its subject": "照片围着主体柔和地弯动。给主体涂一个遮罩，只要猜得出它背后是什么，就会单独抠出来，动得更远。",
  "A clip goes on at its own size and rate": "接下去的部分沿用原短片的大小和帧率。",
  "The model has learned one thing at a time": "这个模型每次只学过一件事，后面的部分不一定画得出来。",
  "No choreographer of this model's words, length and codec is here": "这里没有与这个模型相配的编排网络，所以位置由作画的模型自己安排，会差一些。",
  "No subject was found": "没有找到主体，所以只有镜头在动。可以在照片上点一下主体。",
  "The picture's edge cuts the subject": "主体被照片边缘切断，看不到的部分无从得知，所以只转动一点点。",
  "The file holds several pictures": "这个文件里有好几张图，用的是第一张。",
  "The photo is transparent in places": "照片有透明的地方，已经垫上白色。",
};

// What the ruler says of each thing that was asked for; the words of the sentence itself stay as they are.
const named = (value) => moves[value] ?? moves[`does ${value}`] ?? moves[`goes ${value}`] ?? value;
const verdicts = [
  [/^(\d+) in all/, "一共 $1 个"], [/^the change/, "动作的转换"],
  [/: no change seen$/, "：没看到转换"], [/: seen at (\S+) s$/, "：在 $1 秒看到"], [/: not seen$/, "：没看到"],
  [/: (.+) seen$/, (_, value) => `：看到的是${named(value)}`],
  [/ \((?:at )?(?:([a-z]+)(?:, )?)?(?:(\S+) s)?\)(?=：|$)/, (_, who, when) => `（${[who && named(who), when && `${when} 秒`].filter(Boolean).join("，")}）`],
];

const chinese = {
  language: "English", tagline: "一张照片加一句话，在这台电脑上变成一段短片。",
  photo: "照片", drop: "把照片拖到这里", dropHow: "或者点击选择，也可以粘贴",
  pictureHow: "点一下主体，告诉它是谁；拖动画箭头，告诉它往哪里去。", unmark: "清除标记", remove: "换一张",
  prompt: "要发生什么？", placeholder: "镜头慢慢推近，然后杯子弹跳",
  camera: "镜头动作", shape: "形状", asPhoto: "同照片", quality: "大小", small: "小", medium: "中", large: "大",
  seconds: "秒数", lasting: (s) => `${s}\u00a0秒`, rate: (fps) => `每秒 ${fps} 帧`, variants: "几个版本", seed: "种子", model: "模型", go: "生成短片",
  byItself: "自动选择", moreWishes: "更多设置", negative: "不要出现什么", last: "以哪张照片结尾", mask: "照片的主体（黑底白色的图）",
  motion: "运动强度", guidance: "贴合文字的程度", steps: "步数", fps: "每秒帧数", keep: "只留最好的几个", lora: "LoRA",
  goOn: "从结尾继续", goesOn: (prompt) => (prompt ? `接着“${prompt}”继续。` : "接着之前的短片继续。"), notEarlier: "重新开始", fit: "与文字的吻合度",
  needsPhoto: "请先放一张照片：这里的模型只会让照片动起来，不会凭空作画。",
  gallery: "我的短片", search: "搜索", more: "更多", examples: "试试这些", notFound: "没有找到。",
  estimate: (e) => `大约 ${Math.max(1, Math.round(e.seconds))} 秒，${(e.memory_bytes / 1e9).toFixed(1)} GB 内存 · ${e.width} × ${e.height}`,
  unknown: (word) => `不认识“${word}”。`, near: "是不是想说", impossible: (word, why) => `做不到“${word}”：${why.replace("; ", "；")}。`,
  queued: (ahead) => (ahead ? `排队中，前面还有 ${ahead} 个。` : "正在开始……"), working: "正在生成……", left: (s) => `大约还要 ${Math.max(1, Math.round(s))} 秒`,
  stages: { load: "载入", condition: "理解", sample: "构想", decode: "绘制", raise: "放大", encode: "写出" },
  cancel: "取消", cancelled: "已取消。", failed: "没有成功", pick: (n) => `版本 ${n}`, download: "下载",
  again: "同样设置再来一次", edit: "修改", remove_clip: "删除", show: "查看", sure: "永久删除这段短片？",
  understood: "理解为", noted: "说明", settings: "设置", run: "我也来做", stillness: "静止",
  meaning: (name) => name.split(": ").map((part) => moves[part] ?? part).join("："),
  compare: "三种模型比一比", comparison: "比较", playAll: "全部从头播放", formats: { mp4: "MP4", gif: "GIF", html: "网页" },
  verdicts: { followed: "做到了", not_followed: "没做到", not_read: "看不出" },
  score: (right, of, unread) => `${of} 项做到 ${right} 项${unread ? `，${unread} 项看不出` : ""}`,
  sampling: "采样", sampled: (s, steps) => `${s.toFixed(2)} 秒，${steps} 步`,
  whole: "整段短片", loading: (s, load) => `${s.toFixed(2)} 秒（载入另需 ${load.toFixed(2)} 秒）`, memory: "内存峰值", weights: "权重",
  attention: "每一刻在看哪些词", looking: "正在重画一遍，看它在看什么……",
  attentionHow: "最上面是短片的各个时刻；下面每个词一行，越亮的地方和时刻，短片越注意这个词。",
  unreachable: "服务器没有回应。`mutoscope studio` 还在运行吗？",
  between: (name, low, high) => `${name}：请填 ${low} 到 ${high}。`,
  told: (error) => refusals[error.code]?.(error) ?? error.message,
  note: (note) => notes[Object.keys(notes).find((start) => note.startsWith(start))]
    ?? sized.reduce((said, [whole, tell]) => said.replace(whole, (_, ...found) => tell(...found)), note),
  verdict: (said) => verdicts.reduce((told, [part, tell]) => told.replace(part, tell), said),
};

export let words = english;

export function speak(language) {
  words = language === "zh" ? chinese : english;
  localStorage.setItem("language", language);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = words[element.dataset.say];
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", words[element.dataset.sayLabel]);
    if (element.type === "search") element.placeholder = words[element.dataset.sayLabel];
  }
  document.getElementById("prompt").placeholder = words.placeholder;
  document.getElementById("language").textContent = words.language;
}

export const language = () => document.documentElement.lang;

export const preferred = () => localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
