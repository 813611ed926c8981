using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

/// <summary>
/// The replacement model run forward by the model itself, its patterns and scales frozen and its MLPs' outputs written by
/// hand: what traced edges are held against.
/// </summary>
sealed class FrozenModel : IDisposable
{
    readonly Model _model;
    readonly CoderSet _coders;
    readonly LocalReplacement _replacement;
    readonly TokenBatch _tokens;
    readonly Run _plain;
    readonly Address[] _held;
    readonly Address[] _inputs, _outputs;

    public FrozenModel(LocalReplacement replacement)
    {
        (_replacement, _model, _coders) = (replacement, replacement.Model, replacement.Coders);
        _tokens = new([replacement.Tokens]);
        int[] layers = [.. Enumerable.Range(0, _model.Config.NLayers)];
        string writes = _coders.Coders[0].Config.Outputs[0].Name!.Split('.', 3)[2];
        _outputs = [.. layers.Select(layer => (writes == "mlp.hook_out" && _model.Config.HasPostNorms
            ? Site.MlpModuleOut : Site.MlpOut).At(layer))];
        _inputs = [.. layers.Select(InputOf)];
        Site[] scales = [Site.Pattern, Site.Ln1Scale, Site.Ln2Scale, Site.Ln1PostScale, Site.Ln2PostScale];
        _held = [.. layers.SelectMany(layer => scales.Where(_model.Config.Has).Select(site => site.At(layer))),
            .. _model.Config.HasNorms ? [Site.LnFinalScale.At()] : Array.Empty<Address>()];
        _plain = _model.Run(_tokens, new Plan { Record = [.. _held.Concat(_outputs).Concat(_inputs).Distinct()] });
    }

    /// <summary>Logits less their mean, before a soft cap, of the plain run.</summary>
    public double[] Logits => Uncapped(_plain);

    /// <summary>What is added to every latent's pre-activation [layer][pos · latents] and to every logit by changing latents.</summary>
    public (float[][] Latents, double[] Logits) Effects(params (ActiveLatent Latent, float Factor)[] changes)
    {
        using Recording written = new(_tokens);
        foreach (Address held in _held.Concat(_outputs))
            written.Set(held, _plain[held].Clone());
        foreach ((ActiveLatent latent, float factor) in changes)
            foreach (CoderDecoder decoder in _coders.Coders[latent.Layer].Weights.Decoders)
            {
                int layer = latent.Layer + _coders.Coders[latent.Layer].Weights.Decoders.ToList().IndexOf(decoder);
                Span<float> row = Row(written[_outputs[layer]], latent.Position);
                for (int i = 0; i < row.Length; i++)
                    row[i] += (factor - 1) * latent.Activation * decoder.Weight.Data[(latent.Index * row.Length) + i];
            }
        Run run = Frozen(written);
        for (int layer = 0; layer < _outputs.Length; layer++)
            if (_coders.Coders[layer].Weights.Decoders[0].Skip is { } skip)
            {
                using Tensor before = Read(_plain, layer), after = Read(run, layer);
                using Tensor skipBefore = Ops.MatMul(before, skip), skipAfter = Ops.MatMul(after, skip);
                Span<float> output = written[_outputs[layer]].Data;
                for (int i = 0; i < output.Length; i++)
                    output[i] += skipAfter.Data[i] - skipBefore.Data[i];
                run.Dispose();
                run = Frozen(written);
            }
        using (run)
            return ([.. Enumerable.Range(0, _outputs.Length).Select(layer => Difference(run, layer))],
                [.. Uncapped(run).Zip(Uncapped(_plain), (after, before) => after - before)]);
    }

    public void Dispose() => _plain.Dispose();

    Run Frozen(Recording written) => _model.Run(_tokens, new Plan
    {
        Record = [.. _inputs.Distinct()],
        Interventions = [.. _held.Select(at => new Freeze(at, "written")), .. _outputs.Select(at => new Patch(at, "written"))],
    }, new Dictionary<string, Recording> { ["written"] = written });

    float[] Difference(Run run, int layer)
    {
        using Tensor before = Read(_plain, layer), after = Read(run, layer);
        using Tensor preBefore = _coders.Coders[layer].PreActivations(before), preAfter = _coders.Coders[layer].PreActivations(after);
        return [.. preAfter.Data.ToArray().Zip(preBefore.Data.ToArray(), (a, b) => a - b)];
    }

    Address InputOf(int layer) => Hook switch
    {
        "hook_resid_mid" => Site.ResidMid.At(layer),
        "hook_resid_pre" => Site.ResidPre.At(layer),
        "ln2.hook_normalized" or "mlp.hook_in" => Site.Ln2Normalized.At(layer),
        _ => Site.MlpIn.At(layer),
    };

    string Hook => _coders.Coders[0].Config.Inputs[0].Name!.Split('.', 3)[2];

    Tensor Read(Run run, int layer)
    {
        Tensor x = run[_inputs[layer]];
        using Tensor flat = x.Reshape(x.Shape[1], x.Shape[2]);
        if (Hook != "mlp.hook_in")
            return flat.Share();
        using Tensor scaled = Ops.MultiplyRows(flat, _model.Weights.Gain($"blocks.{layer}.ln2")!);
        return _model.Config.IsLayerNorm ? Ops.AddRow(scaled, _model.Weights[$"blocks.{layer}.ln2.b"]) : scaled.Share();
    }

    double[] Uncapped(Run run)
    {
        double[] logits = [.. run.LastLogits(0).ToArray().Select(x => (double)x)];
        if (_model.Config.LogitSoftCap is { } cap)
            logits = [.. logits.Select(y => cap * Math.Atanh(y / cap))];
        double mean = logits.Average();
        return [.. logits.Select(x => x - mean)];
    }

    static Span<float> Row(Tensor tensor, int position) => tensor.Data.Slice(position * tensor.Shape[2], tensor.Shape[2]);
}
