/* Addresses of our own files come in; what a browser that asks for Trusted Types will load goes out (W3C Trusted Types).
   The one policy of the site, `kb`: an address of another host is refused. Loads before whatever uses it. */
(function () {
  "use strict";
  function own(address) {
    var url = new URL(address, document.baseURI);
    if (url.protocol !== location.protocol || url.host !== location.host) throw new TypeError("not our own: " + address);
    return url.href;
  }
  var policy = globalThis.trustedTypes && trustedTypes.createPolicy("kb", { createScriptURL: own });
  globalThis.KBTrust = function (address) { return policy ? policy.createScriptURL(address) : own(address); };

  /* Fetch one of the site's own scripts or stylesheets: a promise that it has run, or is in force. */
  globalThis.KBLoad = function (address) {
    return new Promise(function (done, failed) {
      var style = /css$/.test(address);
      var element = document.createElement(style ? "link" : "script");
      if (style) {
        element.rel = "stylesheet";
        element.href = own(address);
      } else {
        element.src = KBTrust(address);
      }
      element.onload = done;
      element.onerror = function (event) {
        element.remove(); // whoever tries again starts afresh
        failed(event);
      };
      document.head.append(element);
    });
  };
})();
