using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Where training is, and what that makes of the optimiser's settings.</summary>
sealed class TrainingSchedule(TrainingRecipe recipe)
{
    /// <summary>Steps taken.</summary>
    public int Step { get; set; }

    /// <summary>η: rises linearly, stays, falls linearly.</summary>
    public float LearningRate
    {
        get
        {
            OptimizerRecipe optimizer = recipe.Optimizer;
            float rise = Step < optimizer.WarmUpSteps ? (Step + 1f) / optimizer.WarmUpSteps : 1;
            int left = recipe.Steps - Step;
            float fall = left >= optimizer.DecaySteps || optimizer.DecaySteps == 0 ? 1
                : optimizer.FinalShare + ((1 - optimizer.FinalShare) * Math.Max(0, left) / optimizer.DecaySteps);
            return optimizer.LearningRate * rise * fall;
        }
    }

    /// <summary>The optimiser's step for matrices.</summary>
    public AdamStep Adam
    {
        get
        {
            OptimizerRecipe optimizer = recipe.Optimizer;
            double beta1 = 1, beta2 = 1;
            for (int i = 0; i <= Step; i++)
                (beta1, beta2) = (beta1 * optimizer.Beta1, beta2 * optimizer.Beta2);
            float rate = LearningRate;
            return new AdamStep(optimizer.Beta1, optimizer.Beta2, optimizer.Epsilon, 1, rate, rate * optimizer.WeightDecay,
                (float)(1 / (1 - beta1)), (float)(1 / (1 - beta2)));
        }
    }
}
