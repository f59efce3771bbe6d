// Fields, each alone on a page. The field under test is #f; #show, where there is one, is clicked first.

/** Nothing typed into these is ever captured. @type {Record<string, string>} */
export const SECRET_CASES = {
  "a password": `<input id="f" type="password">`,
  "a password shown as text by its page": `<input id="f" type="password"><button id="show" onclick="f.type='text'">Show</button>`,
  "a text field put in the place of a password": `<div id="box"><input type="password" name="a"></div>
    <button id="show" onclick="box.innerHTML='<input id=f name=b>'">Show</button>`,
  "a text field with a password's name": `<input type="password" name="x1"><input id="f" name="x1">`,
  "a text field drawn as dots": `<input id="f" style="-webkit-text-security: disc">`,
  "a current password": `<input id="f" autocomplete="current-password">`,
  "a new password by several words": `<input id="f" autocomplete="section-a new-password">`,
  "a one-time code": `<input id="f" autocomplete="one-time-code">`,
  "a code by its label": `<label>Verification code <input id="f"></label>`,
  "a code by a label elsewhere": `<span id="l">Your PIN</span><input id="f" aria-labelledby="l">`,
  "a code by its name": `<input id="f" name="smsCode">`,
  "a short number": `<input id="f" inputmode="numeric" maxlength="6">`,
  "one character of a divided code": `<input id="f" maxlength="1">`,
  "a code in an editable element": `<div id="f" contenteditable="true" aria-label="One-time code">Here</div>`,
  "a code in a text area": `<textarea id="f" placeholder="Recovery phrase"></textarea>`,
  "a telephone field": `<input id="f" type="tel">`,
  "a card number": `<input id="f" autocomplete="cc-number">`,
  "a card number by its name": `<input id="f" name="cardNumber">`,
  "a card's check value": `<input id="f" placeholder="CVV">`,
  "a card's expiry": `<label for="f">Expiry (MM/YY)</label><input id="f">`,
  "a bank account": `<label for="f">IBAN</label><input id="f">`,
  "a name beside a card number in a form": `<form onsubmit="return false"><input id="f" name="fullname"><input name="cc-number"></form>`,
  "a name beside a card number without a form": `<input id="f" name="fullname"><input autocomplete="cc-number">`,
  "a name beside a payment provider's frame": `<form onsubmit="return false"><input id="f" name="fullname"><iframe title="Secure card number" srcdoc=""></iframe></form>`,
  "a password in an open shadow tree": `<div id="host"></div><script>host.attachShadow({mode: "open"}).innerHTML = '<input type="password" autofocus>';</script>
    <button id="show" onclick="host.shadowRoot.firstChild.focus()">Go there</button>`,
};

/** What is typed into these is captured: their words only resemble secret ones. @type {Record<string, string>} */
export const ORDINARY_CASES = {
  "a field without a name": `<input id="f">`,
  "a remark beside a password elsewhere": `<input type="password" name="a"><input id="f" name="remark">`,
  "a shipping note": `<input id="f" name="shippingNote">`,
  "an opinion": `<textarea id="f" name="opinion"></textarea>`,
  "a search for pins": `<input id="f" type="search" placeholder="Search pins">`,
  "a company": `<input id="f" name="company" autocomplete="organization">`,
  "a postcard's text": `<textarea id="f" placeholder="Write a postcard"></textarea>`,
  "a long number of a catalogue": `<input id="f" inputmode="numeric" maxlength="40">`,
  "a search beside a payment form": `<form><input name="cardNumber"></form><div role="search"><input id="f" name="q"></div>`,
  "an editable element": `<div id="f" contenteditable="true" aria-label="Your answer">Here</div>`,
  "a passage": `<textarea id="f" aria-label="A passage from the book"></textarea>`,
  "a field in an open shadow tree": `<div id="host"></div><script>host.attachShadow({mode: "open"}).innerHTML = "<input name=note>";</script>
    <button id="show" onclick="host.shadowRoot.firstChild.focus()">Go there</button>`,
};
