<!-- version="$version" -->
<div class="indexmodule">
<a href="<?php echo $$dir ?>/index.html"><img src="<?php echo $$dir ?>/logo.png" alt=""></a>
<h2><a href="<?php echo $$dir ?>/index.html">$name</a></h2>
<p>$description Edition $number. $licence.</p>
<ul>
<li><a href="<?php echo $$dir ?>/help-now/index.html">Help now</a></li>
<li><a href="<?php echo $$dir ?>/a-z/index.html">A–Z: every page</a></li>
<li><a href="<?php echo $$dir ?>/about/licence/index.html">Licence</a></li>
</ul>
</div>
