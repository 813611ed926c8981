using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Carries out a plan while a forward pass comes by its sites.</summary>
internal sealed class Hooks : IDisposable
{
    readonly Dictionary<(int Site, int Layer), Address> _record = [];
    readonly Dictionary<(int Site, int Layer), List<Intervention>> _edits = [];
    readonly HashSet<int> _split = [];
    readonly IReadOnlyDictionary<string, Recording> _sources;
    readonly Pass _pass;
    readonly Tape? _tape;
    readonly Rerouting? _rerouting;
    readonly Dictionary<(int Site, int Layer), Substitution> _substitutions = [];

    /// <param name="plan">A plan that has passed <see cref="PlanCheck"/>.</param>
    /// <param name="pass">What the pass computes.</param>
    /// <param name="sources">Other runs, by the names that interventions know them by.</param>
    /// <param name="tape">Where gradients with respect to what is recorded are wanted: the tape that is to follow it.</param>
    /// <param name="substitutions">What is made of what the pass itself has computed.</param>
    public Hooks(
        Plan plan, Pass pass, IReadOnlyDictionary<string, Recording> sources, Tape? tape = null,
        IReadOnlyList<Substitution>? substitutions = null)
    {
        (_pass, _sources, _tape, Recording) = (pass, sources, tape, new Recording(pass.Tokens));
        foreach (Address address in plan.Record)
            _record[Key(address)] = address.Whole;
        foreach (Intervention intervention in plan.Interventions)
        {
            if (!_edits.TryGetValue(Key(intervention.At), out List<Intervention>? here))
                _edits[Key(intervention.At)] = here = [];
            here.Add(intervention);
        }
        foreach (Substitution substitution in substitutions ?? [])
        {
            _substitutions[Key(substitution.At)] = substitution;
            foreach (Address read in substitution.Reads)
                _record[Key(read)] = read.Whole;
        }
        Address[] touched = [.. _record.Values, .. plan.Interventions.Select(i => i.At),
            .. _substitutions.Values.Select(s => s.At)];
        _split.UnionWith(touched.Where(a => a.Site == Site.QInput || a.Site == Site.KInput || a.Site == Site.VInput)
            .Select(a => a.Layer!.Value));
        Reroute[] reroutes = [.. plan.Interventions.OfType<Reroute>()];
        if (reroutes.Length > 0)
            _rerouting = new Rerouting(reroutes, sources, pass.Tokens);
    }

    /// <summary>What the plan asked to keep.</summary>
    public Recording Recording { get; }

    /// <summary>Whether anything is to be done at a site.</summary>
    public bool Wants(Site site, int? layer) =>
        _record.ContainsKey(Key(site, layer)) || _edits.ContainsKey(Key(site, layer))
        || _substitutions.ContainsKey(Key(site, layer)) || _rerouting?.Reads(site, layer) == true;

    /// <summary>Whether what comes after a site must be computed from what <see cref="Visit"/> returns there.</summary>
    public bool Alters(Site site, int? layer) =>
        _edits.ContainsKey(Key(site, layer)) || _substitutions.ContainsKey(Key(site, layer))
        || (_tape is not null && _record.ContainsKey(Key(site, layer)));

    /// <summary>Whether a plan needs every row of a layer, and not only of its input, keys and values.</summary>
    public bool NeedsAllRows(int layer) => _rerouting is not null || SplitsInputs(layer)
        || _record.Keys.Concat(_substitutions.Keys).Any(key => key.Layer == layer && !Site.All[key.Site].IsBeforeQueries);

    /// <summary>Whether a layer's heads read streams of their own.</summary>
    public bool SplitsInputs(int layer) => _split.Contains(layer);

    /// <summary>Hands an activation over and gets the one to go on with.</summary>
    public Tensor Visit(Site site, int? layer, Tensor value)
    {
        (int, int) key = Key(site, layer);
        if (_edits.TryGetValue(key, out List<Intervention>? edits))
            foreach (Intervention edit in edits)
                value = Apply(edit, value);
        if (_substitutions.TryGetValue(key, out Substitution? substitution))
            value = Exchange(value, substitution.Make(Recording, value));
        if (_rerouting is not null)
        {
            value = Exchange(value, _rerouting.Redirect(site, layer, value));
            _rerouting.Read(site, layer, value);
        }
        if (_record.TryGetValue(key, out Address? address))
        {
            if (!value.IsFollowed)
                _tape?.Watch(value);
            Recording.Set(address, value.Share());
        }
        return value;
    }

    /// <summary>Gives back what only the run needed; the recording is the run's to keep.</summary>
    public void Dispose() => _rerouting?.Dispose();

    static Tensor Exchange(Tensor old, Tensor next)
    {
        if (next != old)
            old.Dispose();
        return next;
    }

    Tensor Apply(Intervention edit, Tensor value)
    {
        if (edit is Reroute)
            return value;
        int rows = edit.At.Site.Shape == SiteShape.Pattern ? value.Shape[2] : value.Shape[1];
        Region region = Region.Of(
            edit, value.Shape, _pass.Tokens, rows == _pass.Stretch.Count ? _pass.Stretch : Stretch.Last(_pass.Tokens));
        return edit switch
        {
            Replace replace => region.Write(value, 0, region.Repeated(replace.With)),
            Add add => region.Write(value, 1, region.Repeated([.. add.Direction.Select(d => d * add.Strength)])),
            Scale scale => region.Write(value, scale.Factor, []),
            ZeroAblate => region.Write(value, 0, []),
            Patch patch => region.Write(value, 0, region.Read(Source(patch.From, edit.At))),
            Freeze freeze => region.Write(value, 0, region.Read(Source(freeze.To, edit.At))),
            MeanAblate mean => region.Write(
                value, 0, region.Rows(Means.Row(Source(mean.Of, edit.At), _sources[mean.Of].Tokens))),
            ResampleAblate resample => region.Write(value, 0, region.Read(
                Resampling.OverPrompts(Source(resample.From, edit.At), _sources[resample.From].Tokens, resample.Seed))),
            _ => throw new InvalidOperationException($"Bug in Hooke: no way to carry out {edit}"),
        };
    }

    Tensor Source(string run, Address at) => _sources[run][at];

    static (int, int) Key(Address address) => Key(address.Site, address.Layer);

    static (int, int) Key(Site site, int? layer) => (site.Index, layer ?? -1);
}
