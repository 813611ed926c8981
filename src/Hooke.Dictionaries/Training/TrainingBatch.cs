using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>One batch: forwards, backwards, and the weights moved.</summary>
sealed class TrainingBatch : IDisposable
{
    readonly DictionaryTrainer _trainer;
    readonly TrainingRecipe _recipe;
    readonly TrainedCoder[] _coders;
    readonly Parameter[] _biases;
    readonly IReadOnlyList<Tensor> _inputs, _targets;
    readonly Tensor[] _centred;
    readonly LatentFunction[] _functions;
    readonly bool[][] _isDead;
    readonly Residuals _residuals;
    LatentSelection[] _selected = [];

    public TrainingBatch(DictionaryTrainer trainer, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets)
    {
        (_trainer, _recipe, _inputs, _targets) = (trainer, trainer.Recipe, inputs, targets);
        (_coders, _biases) = ([.. trainer.Coders], [.. trainer.Biases]);
        _centred = [.. _coders.Select((coder, c) => coder.Subtracts ? WithoutBias(coder, inputs[c]) : inputs[c].Share())];
        _functions = [.. _coders.Select(coder => new LatentFunction(_recipe, coder))];
        _isDead = [.. _coders.Select(coder => coder.Unfired.Select(rows => rows >= _recipe.Revival.DeadAfter).ToArray())];
        _residuals = new Residuals(_recipe, targets, new TargetSpread(targets));
    }

    int Rows => _targets[0].Shape[0];

    /// <summary>Inputs of each coder as its encoder saw them.</summary>
    public IReadOnlyList<Tensor> Centred => _centred;

    /// <summary>‖y − ŷ‖² of each row.</summary>
    public double[] Losses { get; private set; } = [];

    /// <summary>The direction in which a coder's outputs should have moved, side by side; once gradients are known.</summary>
    public float[] Missing(TrainedCoder coder, int row)
    {
        float[] missing = new float[coder.Offsets[^1]];
        for (int o = 0; o < coder.Sites.Length; o++)
        {
            Span<float> part = missing.AsSpan(coder.Offsets[o]..coder.Offsets[o + 1]);
            TensorPrimitives.Negate(_residuals.Whole[coder.Sites[o]].Data.Slice(row * part.Length, part.Length), part);
        }
        return missing;
    }

    /// <summary>Encodes and decodes.</summary>
    public void Forward()
    {
        _selected = [.. _coders.Select((coder, c) =>
        {
            int auxK = AuxK(coder);
            int[] dead = auxK == 0 ? [] : [.. Enumerable.Range(0, _recipe.NLatents).Where(i => _isDead[c][i])];
            return new LatentSelection(_recipe, coder).Run(_centred[c], dead, auxK);
        })];
        Tensor?[] skipped = [.. _targets.Select(_ => (Tensor?)null)];
        foreach ((TrainedCoder coder, int c) in _coders.Select((coder, c) => (coder, c)))
            if (coder.Skip is { } skip)
                skipped[coder.Sites[0]] = Ops.MatMul(_inputs[c], skip.Value);
        _residuals.Decode(_coders, [.. _selected.Select(s => s.Active)], _functions, _targets, _biases, skipped);
        foreach (Tensor? skip in skipped)
            skip?.Dispose();
        if (_recipe.Revival.ResampleAt is { Count: > 0 })
            Losses = _residuals.Losses();
    }

    /// <summary>Goes backwards and moves the weights.</summary>
    public TrainingFigures Learn(TrainingSchedule schedule, Func<IReadOnlyList<Tensor>, DownstreamLoss>? downstream)
    {
        using AuxiliaryLoss? auxiliary = Auxiliary();
        double beside = Backward(downstream);
        SparsityLoss sparsity = new(_recipe, schedule.Step);
        double[] l0 = [.. _selected.Select((selected, c) => (double)CountActive(c) / Rows)];
        CoderUpdate[] updates = [.. _coders.Select((coder, c) => new CoderUpdate(
            new GradientSources(_recipe, coder, _functions[c], _centred[c], _selected[c], _residuals, auxiliary, sparsity,
                sparsity.OfCount(l0[c]).Slope, _isDead[c]), _recipe.Optimizer.MaxGradientNorm is not null)
            { Skip = SkipGradient(coder, c) })];
        float[][] biases = [.. _residuals.Of[0].Select(SparseRows.ColumnSums)];
        double silence = 0, paid = l0.Sum(count => sparsity.OfCount(count).Value);
        Move(schedule.Adam, updates, biases);
        foreach ((CoderUpdate update, int c) in updates.Select((update, c) => (update, c)))
        {
            (silence, paid) = (silence + update.Gradients.Silence, paid + update.Gradients.Penalties.Sum());
            Remember(_coders[c], _selected[c], update.Gradients.Fired, schedule.Step);
            update.Dispose();
        }
        double aside = (auxiliary?.Value ?? 0) + silence, loss = _residuals.Error + paid + aside + beside;
        if (!double.IsFinite(loss))
            throw new InputException($"training came to a loss that is no number at step {schedule.Step}; lower the "
                + "learning rate");
        double dead = _coders.Average(coder => coder.Unfired.Count(rows => rows >= _recipe.Revival.DeadAfter));
        return new(schedule.Step, loss, _residuals.Error, paid, aside, beside, l0.Average(), _residuals.Unexplained,
            dead / _recipe.NLatents, schedule.LearningRate);
    }

    public void Dispose()
    {
        foreach (Tensor centred in _centred)
            centred.Dispose();
        _residuals.Dispose();
    }

    static void Move(AdamStep step, CoderUpdate[] updates, float[][] biases, Parameter[] parameters, float? mostNorm)
    {
        foreach (CoderUpdate update in updates)
        {
            update.Find(step);
            update.SubtractBias(biases);
        }
        if (mostNorm is not null)
        {
            double squares = updates.Sum(update => update.SumOfSquares())
                + biases.Sum(bias => (double)Reduce.SumOfSquares(bias));
            double norm = Math.Sqrt(squares);
            step = step with { GradientScale = norm > mostNorm ? (float)(mostNorm.Value / norm) : 1 };
        }
        foreach (CoderUpdate update in updates)
            update.Finish(step);
        for (int s = 0; s < biases.Length; s++)
            parameters[s].Step(step with { Decay = 0 }, biases[s]);
    }

    void Move(AdamStep step, CoderUpdate[] updates, float[][] biases) =>
        Move(step, updates, biases, _biases, _recipe.Optimizer.MaxGradientNorm);

    AuxiliaryLoss? Auxiliary()
    {
        if (_recipe.Kind == CoderKind.Gated)
            return AuxiliaryLoss.OfGates(
                _coders, [.. _selected.Select(s => s.Active)], _functions, _residuals, _trainer.Targets);
        ActiveLatents?[] revived = [.. _selected.Select(s => s.Revived)];
        return revived.All(list => list is null) ? null
            : AuxiliaryLoss.OfDead(_recipe.Revival, _coders, revived, _residuals, _trainer.Targets);
    }

    double Backward(Func<IReadOnlyList<Tensor>, DownstreamLoss>? downstream)
    {
        if (downstream is null)
        {
            _residuals.ToGradients(null);
            return 0;
        }
        Tensor[] written = _residuals.Written(_targets);
        DownstreamLoss loss = downstream(written);
        _residuals.ToGradients(loss.Gradients);
        foreach (Tensor tensor in written.Concat(loss.Gradients))
            tensor.Dispose();
        return loss.Value;
    }

    int AuxK(TrainedCoder coder) => _recipe.Revival.AuxK
        ?? (_recipe.Kind is CoderKind.TopK or CoderKind.BatchTopK ? Math.Max(1, coder.Offsets[1] / 2) : 0);

    long CountActive(int coder)
    {
        ActiveLatents active = _selected[coder].Active;
        if (_recipe.Kind is not (CoderKind.JumpRelu or CoderKind.Gated))
            return active.Count;
        long count = 0;
        for (int r = 0; r < active.Rows; r++)
        {
            ReadOnlySpan<int> latents = active.LatentsOf(r);
            ReadOnlySpan<float> values = active.ValuesOf(r);
            for (int i = 0; i < latents.Length; i++)
                count += _functions[coder].Of(latents[i], values[i]) > 0 ? 1 : 0;
        }
        return count;
    }

    Tensor? SkipGradient(TrainedCoder coder, int index)
    {
        if (coder.Skip is null)
            return null;
        using Tape tape = new();
        using Tensor weight = coder.Skip.Value.Share();
        tape.Watch(weight);
        using Tensor written = Ops.MatMul(_inputs[index], weight);
        return tape.Gradients(written, _residuals.Of[0][coder.Sites[0]], weight)[0];
    }

    void Remember(TrainedCoder coder, LatentSelection selected, bool[] fired, int step)
    {
        int deadAfter = _recipe.Revival.DeadAfter;
        for (int i = 0; i < fired.Length; i++)
            coder.Unfired[i] = fired[i] ? 0 : (int)Math.Min(deadAfter, (long)coder.Unfired[i] + Rows);
        if (_recipe.Kind == CoderKind.BatchTopK && selected.Least is { } least)
            coder.KeptThreshold = step == 0 ? least
                : coder.KeptThreshold + (_recipe.Threshold.Rate * (least - coder.KeptThreshold));
    }

    Tensor WithoutBias(TrainedCoder coder, Tensor inputs)
    {
        Tensor centred = Tensor.Zeros(inputs.Shape);
        int width = coder.DIn;
        Work.For(inputs.Shape[0], SparseRows.Grain, (start, end) =>
        {
            for (int r = start; r < end; r++)
                for (int o = 0; o < coder.Sites.Length; o++)
                {
                    ReadOnlySpan<float> bias = _biases[coder.Sites[o]].Value.Data;
                    int at = (r * width) + coder.Offsets[o];
                    TensorPrimitives.Subtract(inputs.Data.Slice(at, bias.Length), bias, centred.Data[at..]);
                }
        });
        return centred;
    }
}
