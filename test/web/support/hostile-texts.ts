/** Each would run something of its own, or ask somebody else for something, if it were taken for more than text. */
export const hostileTexts = [
  "<script>window.hacked = 1</script>",
  '"><img src=x onerror="window.hacked = 1">',
  "<svg onload=window.hacked=1>",
  "[click](javascript:window.hacked=1)",
  "![tracker](https://evil.example/pixel.png)",
  "<iframe src=https://evil.example></iframe>",
  "[data](data:text/html,<script>window.hacked=1</script>)",
  "</title></textarea></style><script>window.hacked=1</script>",
  "{{constructor.constructor('window.hacked=1')()}}",
  "\u202Egnp.exe\u202C ‮ 🥖 مرحبا",
];
