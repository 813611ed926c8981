using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>The sparsity penalty of one step: its value and slope for one activation.</summary>
/// <remarks>A power p below 1 is taken of f + 10⁻³, less 10⁻³ᵖ: f^p itself has no slope at 0.</remarks>
sealed class SparsityLoss
{
    const float Shift = 1e-3f;

    readonly SparsityRecipe? _recipe;
    readonly float _coefficient, _power;

    public SparsityLoss(TrainingRecipe recipe, int step)
    {
        _recipe = recipe.Sparsity;
        if (_recipe is null)
            return;
        _coefficient = _recipe.Coefficient * (step < _recipe.WarmUpSteps ? (float)step / _recipe.WarmUpSteps : 1);
        int span = recipe.Steps - 1 - _recipe.AnnealFrom;
        float way = span <= 0 ? 1 : Math.Clamp((float)(step - _recipe.AnnealFrom) / span, 0, 1);
        _power = 1 + ((_recipe.FinalPower - 1) * way);
    }

    /// <summary>Whether it is paid by activation, not by count.</summary>
    public bool IsOfActivations => _coefficient != 0 && _recipe!.Penalty is not (SparsityPenalty.L0 or SparsityPenalty.L0Target);

    /// <summary>Whether decoder norms matter.</summary>
    public bool UsesNorms => IsOfActivations && _recipe!.Penalty != SparsityPenalty.L1;

    /// <summary>Whether the norm over several outputs is the sum of theirs.</summary>
    public bool SumsNorms => _recipe is { SumsNorms: true };

    /// <summary>The penalty of an activation f ≥ 0, its slope in f and its slope in the norm.</summary>
    public (float Value, float Slope, float NormSlope) Of(float f, float norm)
    {
        switch (_recipe!.Penalty)
        {
            case SparsityPenalty.L1 when _power == 1:
                return (_coefficient * f, _coefficient, 0);
            case SparsityPenalty.L1:
                float power = Power(f + Shift, _power);
                return (_coefficient * (power - Power(Shift, _power)), _coefficient * _power * power / (f + Shift), 0);
            case SparsityPenalty.WeightedL1:
                return (_coefficient * f * norm, _coefficient * norm, _coefficient * f);
            default:
                float tanh = Elementary.Tanh(_recipe.TanhScale * f * norm);
                float slope = _coefficient * _recipe.TanhScale * (1 - (tanh * tanh));
                return (_coefficient * tanh, slope * norm, slope * f);
        }
    }

    /// <summary>The penalty of a coder's L0, and its slope, which goes straight through to the thresholds.</summary>
    public (double Value, float Slope) OfCount(double l0)
    {
        if (_recipe is null || IsOfActivations || _coefficient == 0)
            return (0, 0);
        if (_recipe.Penalty == SparsityPenalty.L0)
            return (_coefficient * l0, _coefficient);
        double off = (l0 / _recipe.TargetL0) - 1;
        return (_coefficient * off * off, (float)(2 * _coefficient * off / _recipe.TargetL0));
    }

    static float Power(float x, float p) => Elementary.Exp(p * Elementary.Log(x));
}
